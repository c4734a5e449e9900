using CsCheck;
using OrleansSale.Grains.Ledger;
using OrleansSale.Silo.Storage.Postgres;
using OrleansSale.Silo.Storage.Sqlite;
using OrleansSale.Tests.Engine;
using OrleansSale.Tests.Harness;
using OrleansSale.Tests.Ledger.Postgres;

namespace OrleansSale.Tests.Ledger;

/// <summary>
/// Random appends, right and wrong, to a few streams that are now and then erased: each storage and memory must answer
/// alike at every step and end alike.
/// </summary>
public sealed class LedgerModelTests(PostgresFixture postgres)
{
    private const int Streams = 3;

    private static readonly Gen<Step> Steps = Gen.Select(
        Gen.Int[0, Streams - 1], Gen.Int[0, 6], Gen.Int[0, 6], Gen.Bool, Gen.Bool,
        (stream, count, back, other, isOpen) => new Step(stream, count, back, other, isOpen));

    [Fact]
    public async Task Random_histories_in_a_file_get_the_same_answers_and_the_same_streams_as_the_model()
    {
        using var directory = new ScratchFolder();
        await using var ledger = SqliteLedger.Open(Path.Combine(directory.Path, "ledger.db"), null);
        await CompareAsync(ledger);
    }

    [Fact]
    public async Task Random_histories_in_PostgreSQL_get_the_same_answers_and_the_same_streams_as_the_model()
    {
        await using var database = PostgresDatabase.Open(await postgres.CreateDatabaseAsync());
        await using var ledger = PostgresLedger.Open(database);
        await CompareAsync(ledger);
    }

    private static async Task CompareAsync(ILedger ledger)
    {
        var model = new MemoryLedger();
        var histories = 0;
        await Steps.List[1, 40].SampleAsync(
            async steps =>
            {
                var prefix = $"batch/h{histories++}-";
                var made = Enumerable.Range(0, Streams)
                    .Select(_ => new List<LedgerHead> { LedgerHead.Empty }).ToArray();
                foreach (var step in steps)
                {
                    var name = $"{prefix}{step.Stream}";
                    // Follows the head in most cases; else an older entry, or one that was refused.
                    var heads = made[step.Stream];
                    if (step.Count == 0)
                    {
                        await model.EraseAsync(name);
                        await ledger.EraseAsync(name);
                        heads.Add(LedgerHead.Empty);
                        continue;
                    }
                    var follows = heads[Math.Max(0, heads.Count - 1 - (step.Back / 3))];
                    var commit = Chain.After(
                        name, follows, step.Count, step.Other ? "other" : "") with
                    { IsOpen = step.IsOpen };
                    var outcome = await model.AppendAsync(commit);
                    (await ledger.AppendAsync(commit)).ShouldBe(outcome);
                    if (outcome != AppendOutcome.Fenced || step.Back == 6)
                        heads.Add(new LedgerHead(commit.LastSeq, commit.Hash));
                }

                for (var stream = 0; stream < Streams; stream++)
                {
                    var name = $"{prefix}{stream}";
                    (await ledger.ReadAllAsync(name)).ShouldBeSame(await model.ReadAllAsync(name));
                    (await ledger.ReadHeadAsync(name)).Matches(await model.ReadHeadAsync(name)).ShouldBeTrue();
                    await ledger.VerifyAsync(name);
                }

                (await ledger.ListAsync(prefix, null, 10)).ShouldBe(await model.ListAsync(prefix, null, 10));
                (await ledger.CountOpenAsync(prefix)).ShouldBe(await model.CountOpenAsync(prefix));
            },
            iter: 40, threads: 1);
    }

    // Null: an erasure.
    private sealed record Step(int Stream, int Count, int Back, bool Other, bool IsOpen);
}
