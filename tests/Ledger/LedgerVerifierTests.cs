using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using CsCheck;
using OrleansSale.Grains.Ledger;

namespace OrleansSale.Tests.Ledger;

public sealed class LedgerVerifierTests
{
    private const string Stream = "batch/mi2-1";

    private static LedgerCommit[] Commits => new Chain(Stream).Rows(2, 4, 3, 1);

    [Fact]
    public void A_whole_chain_verifies_up_to_its_head()
    {
        var verifier = Verify(Commits);
        verifier.Break.ShouldBeNull();
        verifier.Head.Matches(new LedgerHead(10, Commits[3].Hash)).ShouldBeTrue();
    }

    [Fact]
    public void A_chain_can_be_verified_from_a_known_entry_on()
    {
        var verifier = new LedgerVerifier(Stream, new LedgerHead(6, Commits[1].Hash));
        verifier.Accept(Commits[2]).ShouldBeNull();
        verifier.Accept(Commits[3]).ShouldBeNull();

        new LedgerVerifier(Stream, new LedgerHead(6, Commits[0].Hash)).Accept(Commits[2])!.Reason
            .ShouldBe(LedgerBreakReason.PreviousHashMismatch);
    }

    [Fact]
    public void The_chain_is_that_of_the_design()
    {
        var hash = new byte[32];
        foreach (var line in Commits.SelectMany(commit => LinesOf(commit)))
            hash = SHA256.HashData([.. hash, .. Encoding.UTF8.GetBytes(line)]);
        Commits[3].Hash.ShouldBe(hash);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(55)]
    [InlineData(5_000)]
    public void A_hash_follows_from_the_previous_one_and_the_line(int length)
    {
        var (previous, line, hash) = (RandomNumberGenerator.GetBytes(32),
            RandomNumberGenerator.GetBytes(length), new byte[32]);
        LedgerChain.Next(previous, line, hash);
        hash.ShouldBe(SHA256.HashData([.. previous, .. line]));
        Should.Throw<ArgumentException>(() => LedgerChain.Next(previous, line, new byte[31]));
        LedgerChain.Next(previous, line, previous);
        previous.ShouldBe(hash);
    }

    [Fact]
    public void Any_changed_byte_is_found_in_its_commit()
    {
        Gen.Select(Gen.Int[0, 3], Gen.Int[0, 10_000], Gen.Int[1, 255]).Sample((index, place, change) =>
        {
            var commits = Commits;
            var entries = commits[index].Entries.ToArray();
            entries[place % entries.Length] ^= (byte)change;
            commits[index] = commits[index] with { Entries = entries };
            var found = Verify(commits).Break;
            return found is not null && found.FirstSeq == commits[index].FirstSeq
                && found.LastSeq == commits[index].LastSeq
                && found.Seq >= found.FirstSeq && found.Seq <= found.LastSeq + 1;
        });
    }

    [Fact]
    public void A_changed_letter_is_a_hash_mismatch_of_its_commit() =>
        Damaged(commits => commits[1] = WithAnotherBuyer(commits[1]))
            .ShouldBe(new LedgerBreak(Stream, 3, 3, 6, LedgerBreakReason.HashMismatch));

    [Fact]
    public void A_changed_stored_hash_is_a_hash_mismatch_of_its_commit() =>
        Damaged(commits => commits[2] = commits[2] with { Hash = SHA256.HashData("another"u8) })
            .ShouldBe(new LedgerBreak(Stream, 7, 7, 9, LedgerBreakReason.HashMismatch));

    [Fact]
    public void A_dropped_line_is_found_at_its_place() =>
        Damaged(commits => commits[1] = WithLines(commits[1], lines => lines.RemoveAt(1)))
            .ShouldBe(new LedgerBreak(Stream, 4, 3, 6, LedgerBreakReason.MisplacedLine));

    [Fact]
    public void A_dropped_last_line_of_a_commit_is_a_wrong_count() =>
        Damaged(commits => commits[1] = WithLines(commits[1], lines => lines.RemoveAt(3)))
            .ShouldBe(new LedgerBreak(Stream, 6, 3, 6, LedgerBreakReason.CountMismatch));

    [Fact]
    public void An_added_line_is_a_wrong_count() =>
        Damaged(commits => commits[1] = WithLines(commits[1], lines => lines.Add(Chain.Line(7))))
            .ShouldBe(new LedgerBreak(Stream, 7, 3, 6, LedgerBreakReason.CountMismatch));

    [Fact]
    public void Swapped_lines_are_found_at_the_first() =>
        Damaged(commits => commits[1] = WithLines(commits[1], lines => (lines[1], lines[2]) = (lines[2], lines[1])))
            .ShouldBe(new LedgerBreak(Stream, 4, 3, 6, LedgerBreakReason.MisplacedLine));

    [Fact]
    public void A_dropped_commit_is_found_at_its_first_entry()
    {
        var verifier = Verify([Commits[0], Commits[2], Commits[3]]);
        verifier.Break.ShouldBe(new LedgerBreak(Stream, 3, 7, 9, LedgerBreakReason.OutOfSequence));
        verifier.Head.Seq.ShouldBe(2);
    }

    [Fact]
    public void A_repeated_commit_is_found() =>
        Verify([Commits[0], Commits[1], Commits[1]]).Break
            .ShouldBe(new LedgerBreak(Stream, 7, 3, 6, LedgerBreakReason.OutOfSequence));

    [Fact]
    public void A_rewritten_tail_no_longer_follows_what_was_known()
    {
        var forged = new Chain(Stream, new LedgerHead(2, Commits[0].Hash)).Next(4, "forged");
        Verify([Commits[0], forged, Commits[2]]).Break
            .ShouldBe(new LedgerBreak(Stream, 7, 7, 9, LedgerBreakReason.PreviousHashMismatch));
    }

    [Theory]
    [InlineData("{\"seq\":4}")]
    [InlineData("{\"type\":\"held\",\"seq\":4}")]
    [InlineData("{\"seq\":\"4\",\"type\":\"held\"}")]
    [InlineData("{\"seq\":99999999999999999999,\"type\":\"held\"}")]
    [InlineData("{\"seq\":4,\"type\":\"held\"")]
    [InlineData("")]
    public void A_line_of_another_form_is_found(string line) =>
        Damaged(commits => commits[1] = WithLines(commits[1], lines => lines[1] = line))
            .ShouldBe(new LedgerBreak(Stream, 4, 3, 6, LedgerBreakReason.MalformedLine));

    [Fact]
    public void After_a_break_nothing_more_is_accepted()
    {
        var verifier = Verify([Commits[1]]);
        verifier.Accept(Commits[0]).ShouldBe(verifier.Break);
        verifier.Break.ShouldBe(new LedgerBreak(Stream, 1, 3, 6, LedgerBreakReason.OutOfSequence));
        verifier.Head.Seq.ShouldBe(0);
    }

    [Fact]
    public void Every_reason_has_a_sentence_that_names_the_entry()
    {
        foreach (var reason in Enum.GetValues<LedgerBreakReason>())
            new LedgerBreak(Stream, 4, 3, 6, reason).ToString().ShouldContain("entry 4 (commit 3 to 6): ");
    }

    [Fact]
    public void Exported_lines_are_the_stored_ones_with_their_hash_as_last_member()
    {
        var output = new ArrayBufferWriter<byte>();
        foreach (var commit in Commits) LedgerExport.WriteCommit(output, commit);

        var text = Encoding.UTF8.GetString(output.WrittenSpan);
        text.ShouldEndWith("\n");
        var hash = new byte[32];
        var stored = Commits.SelectMany(commit => LinesOf(commit)).ToList();
        var exported = text.TrimEnd('\n').Split('\n');
        exported.Length.ShouldBe(10);
        foreach (var (line, at) in exported.Select((line, at) => (line, at)))
        {
            hash = SHA256.HashData([.. hash, .. Encoding.UTF8.GetBytes(stored[at])]);
            line.ShouldBe(stored[at][..^1] + $",\"hash\":\"{Convert.ToHexStringLower(hash)}\"}}");
            JsonDocument.Parse(line).RootElement.EnumerateObject().Last().Name.ShouldBe("hash");
        }
    }

    [Fact]
    public void An_export_from_an_entry_on_is_the_tail_of_the_whole()
    {
        static string Export(long fromSeq)
        {
            var output = new ArrayBufferWriter<byte>();
            LedgerExport.WriteCommit(output, Commits[1], fromSeq);
            return Encoding.UTF8.GetString(output.WrittenSpan);
        }

        var whole = Export(1).Split('\n');
        for (var fromSeq = 3; fromSeq <= 7; fromSeq++)
            Export(fromSeq).ShouldBe(string.Concat(whole[(fromSeq - 3)..4].Select(line => line + "\n")));
    }

    [Fact]
    public void A_tampered_commit_does_not_look_whole_in_its_export()
    {
        var tampered = WithAnotherBuyer(Commits[1]);
        var output = new ArrayBufferWriter<byte>();
        LedgerExport.WriteCommit(output, tampered);

        var last = Encoding.UTF8.GetString(output.WrittenSpan).TrimEnd('\n').Split('\n')[^1];
        last.ShouldContain(Convert.ToHexStringLower(Commits[1].Hash));
    }

    private static LedgerVerifier Verify(IEnumerable<LedgerCommit> commits)
    {
        var verifier = new LedgerVerifier(Stream);
        foreach (var commit in commits) verifier.Accept(commit);
        return verifier;
    }

    private static LedgerBreak? Damaged(Action<LedgerCommit[]> damage)
    {
        var commits = Commits;
        damage(commits);
        return Verify(commits).Break;
    }

    private static List<string> LinesOf(LedgerCommit commit)
    {
        var lines = new List<string>();
        foreach (var line in LedgerLines.Of(commit)) lines.Add(Encoding.UTF8.GetString(line.Span));
        return lines;
    }

    private static LedgerCommit WithAnotherBuyer(LedgerCommit commit) =>
        WithText(commit, text => text.Replace("weibo:buyer5", "weibo:buyer6", StringComparison.Ordinal));

    private static LedgerCommit WithText(LedgerCommit commit, Func<string, string> change) =>
        commit with { Entries = Encoding.UTF8.GetBytes(change(Encoding.UTF8.GetString(commit.Entries.Span))) };

    private static LedgerCommit WithLines(LedgerCommit commit, Action<List<string>> change) => WithText(commit, text =>
    {
        var lines = text.TrimEnd('\n').Split('\n').ToList();
        change(lines);
        return string.Concat(lines.Select(line => line + "\n"));
    });
}
