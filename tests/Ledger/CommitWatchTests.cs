using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using OrleansSale.GrainInterfaces;
using OrleansSale.Silo.Storage;
using OrleansSale.Tests.Harness;

namespace OrleansSale.Tests.Ledger;

public sealed class CommitWatchTests : IDisposable
{
    private const string Why = "the disk is full";
    private const int Full = 13;

    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(1);

    private readonly FakeTimeProvider _time = new();
    private readonly LogLines _log = new();
    private readonly CommitWatch _watch;

    public CommitWatchTests() =>
        _watch = new CommitWatch(_time, new Logger<CommitWatch>(new LoggerFactory([_log])));

    public void Dispose() => _log.Dispose();

    private IEnumerable<string> Logged => _log.All.Select(line => line.Text);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_write_that_fails_is_a_fault_until_one_of_its_kind_succeeds(bool isProbe)
    {
        _watch.Fault.ShouldBeNull();
        Fail(isProbe, 100);
        _watch.Fault.ShouldBe(Why);
        _time.Advance(TimeSpan.FromHours(1));
        _watch.Fault.ShouldBe(Why, "nothing was tried since");
        Succeed(isProbe);
        _watch.Fault.ShouldBeNull();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_write_under_way_for_too_long_is_a_fault_until_it_ends(bool isProbe)
    {
        _watch.Begin(isProbe);
        _time.Advance(CommitWatch.MaxDuration);
        _watch.Fault.ShouldBeNull();
        _time.Advance(Moment);
        _watch.Fault.ShouldNotBeNull().ShouldContain("2 s");
        _watch.Succeed(isProbe);
        _watch.Fault.ShouldBeNull();
    }

    [Fact]
    public void Commits_that_fail_where_probes_do_not_stay_a_fault_as_long_as_they_are_tried()
    {
        for (var commit = 0; commit < 5; commit++)
        {
            Fail(isProbe: false, 100);
            _time.Advance(CommitWatch.CommitFaultLasts - Moment);
            Succeed(isProbe: true);
            _watch.Fault.ShouldBe(Why);
        }

        _time.Advance(Moment);
        Succeed(isProbe: true);
        _watch.Fault.ShouldBeNull("no commit has failed for long enough");
    }

    [Fact]
    public void A_probe_is_due_when_nothing_was_written_for_a_while_and_nothing_is_under_way()
    {
        _watch.IsProbeDue.ShouldBeFalse();
        _time.Advance(CommitWatch.QuietFor);
        _watch.IsProbeDue.ShouldBeTrue();
        foreach (var isProbe in new[] { true, false })
        {
            _watch.Begin(isProbe);
            _time.Advance(TimeSpan.FromMinutes(1));
            _watch.IsProbeDue.ShouldBeFalse("one is under way");
            _watch.Succeed(isProbe);
            _watch.IsProbeDue.ShouldBeFalse();
            _time.Advance(CommitWatch.QuietFor);
            _watch.IsProbeDue.ShouldBeTrue();
        }
    }

    [Fact]
    public void After_a_commit_that_failed_a_probe_writes_as_much_within_a_bound()
    {
        _watch.ProbeBytes.ShouldBeLessThan(100);
        Fail(isProbe: false, 10_000);
        Fail(isProbe: true, 16);
        _watch.ProbeBytes.ShouldBe(10_000, "a probe that fails as well makes it no smaller");
        Fail(isProbe: false, int.MaxValue);
        _watch.ProbeBytes.ShouldBe(CommitWatch.MaxProbeBytes);
        Succeed(isProbe: false);
        _watch.ProbeBytes.ShouldBeLessThan(100);
    }

    [Fact]
    public void An_outage_is_logged_once_when_it_begins_and_once_when_it_is_over()
    {
        for (var commit = 0; commit < 20; commit++)
        {
            Fail(isProbe: commit % 2 == 0, 100);
            Succeed(isProbe: false);
        }
        Logged.ShouldBe(
            ["A write to the ledger failed; further failures like it are only counted: "
                + "the disk is full (database or disk is full)"]);
        _time.Advance(Outage.QuietFor);
        for (var commit = 0; commit < 3; commit++) Succeed(isProbe: true);
        Logged.Skip(1).ShouldBe(["Writes to the ledger succeed again; 20 had failed"]);
    }

    [Fact]
    public void A_write_that_hangs_is_logged_once()
    {
        _watch.Begin(isProbe: false);
        _time.Advance(CommitWatch.MaxDuration + Moment);
        for (var look = 0; look < 3; look++) _watch.NoteLate();
        Logged.ShouldHaveSingleItem().ShouldContain("under way for more than 2 s");
        Succeed(isProbe: false);
        _time.Advance(Outage.QuietFor);
        Succeed(isProbe: false);
        Logged.Skip(1).ShouldBe(["Writes to the ledger succeed again; 1 had failed"]);
    }

    private void Fail(bool isProbe, int bytes)
    {
        _watch.Begin(isProbe);
        _watch.Fail(isProbe, new SqliteException("database or disk is full", Full), bytes);
    }

    private void Succeed(bool isProbe)
    {
        _watch.Begin(isProbe);
        _watch.Succeed(isProbe);
    }
}
