using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OrleansSale.Silo.Storage.Postgres;

namespace OrleansSale.Tests.Ledger.Postgres;

/// <summary>
/// Orleans' own providers on our tables: membership and reminders keep what Orleans asks of them, and clusters that
/// share a database do not see each other.
/// </summary>
public sealed class OrleansTablesTests(PostgresFixture postgres) : IAsyncLifetime
{
    private static readonly DateTime Now = new(2012, 12, 21, 4, 0, 0, DateTimeKind.Utc);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private readonly List<IHost> _hosts = [];
    private PostgresDatabase _database = null!;

    public async ValueTask InitializeAsync() => _database = PostgresDatabase.Open(await postgres.CreateDatabaseAsync());

    public async ValueTask DisposeAsync()
    {
        foreach (var host in _hosts) host.Dispose();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task A_silo_that_joins_is_read_back_as_it_was_written()
    {
        var table = await MembershipAsync("sale");
        (await table.ReadAllAsync(Cancelled)).Members.ShouldBeEmpty();
        var silo = Silo(1);
        (await table.InsertRowAsync(silo, Next(await table.ReadAllAsync(Cancelled)), Cancelled)).ShouldBeTrue();

        var all = await table.ReadAllAsync(Cancelled);
        all.Version.Version.ShouldBe(1);
        var read = all.Members.ShouldHaveSingleItem().Item1;
        (read.SiloAddress, read.HostName, read.SiloName, read.Status, read.ProxyPort, read.StartTime, read.IAmAliveTime)
            .ShouldBe(
            (silo.SiloAddress, silo.HostName, silo.SiloName, silo.Status, silo.ProxyPort, silo.StartTime,
                silo.IAmAliveTime));
        (await table.ReadRowAsync(
            silo.SiloAddress, Cancelled)).Members.ShouldHaveSingleItem().Item1.SiloAddress.ShouldBe(silo.SiloAddress);
        var none = await table.ReadRowAsync(Silo(2).SiloAddress, Cancelled);
        (none.Members.Count, none.Version.Version).ShouldBe((0, 1));
    }

    [Fact]
    public async Task A_change_made_on_an_old_view_is_refused_whole()
    {
        var table = await MembershipAsync("sale");
        var old = Next(await table.ReadAllAsync(Cancelled));
        (await table.InsertRowAsync(Silo(1), old, Cancelled)).ShouldBeTrue();

        (await table.InsertRowAsync(Silo(2), old, Cancelled)).ShouldBeFalse();
        (await table.UpdateRowAsync(Silo(1, SiloStatus.Dead), "", old, Cancelled)).ShouldBeFalse();
        (await table.InsertRowAsync(Silo(1), Next(await table.ReadAllAsync(Cancelled)), Cancelled))
            .ShouldBeFalse("it is there already");
        (await table.UpdateRowAsync(Silo(2, SiloStatus.Dead), "", Next(await table.ReadAllAsync(Cancelled)), Cancelled))
            .ShouldBeFalse("it is not there");

        var all = await table.ReadAllAsync(Cancelled);
        all.Version.Version.ShouldBe(1);
        all.Members.ShouldHaveSingleItem().Item1.Status.ShouldBe(SiloStatus.Active);
        var suspected = Silo(1, SiloStatus.Dead);
        suspected.SuspectTimes = [new(Silo(3).SiloAddress, Now), new(Silo(4).SiloAddress, Now.AddSeconds(1))];
        (await table.UpdateRowAsync(suspected, all.Members[0].Item2, Next(all), Cancelled)).ShouldBeTrue();
        var read = (await table.ReadAllAsync(Cancelled)).Members.ShouldHaveSingleItem().Item1;
        read.Status.ShouldBe(SiloStatus.Dead);
        read.SuspectTimes.ShouldBe(suspected.SuspectTimes);
    }

    [Fact]
    public async Task Of_changes_made_at_once_on_the_same_view_exactly_one_lands()
    {
        var table = await MembershipAsync("sale");
        for (var round = 0; round < 10; round++)
        {
            var (view, first) = (Next(await table.ReadAllAsync(Cancelled)), 10 * round);
            var landed = await Task.WhenAll(Enumerable.Range(first, 6).Select(
                silo => Task.Run(() => table.InsertRowAsync(Silo(silo), view, Cancelled), Cancelled)));
            landed.Count(each => each).ShouldBe(1);
        }

        var all = await table.ReadAllAsync(Cancelled);
        (all.Version.Version, all.Members.Count).ShouldBe((10, 10));
    }

    [Fact]
    public async Task Two_clusters_on_one_database_do_not_see_each_other()
    {
        var (one, two) = (await MembershipAsync("one"), await MembershipAsync("two"));
        (await one.InsertRowAsync(Silo(1), Next(await one.ReadAllAsync(Cancelled)), Cancelled)).ShouldBeTrue();
        (await two.InsertRowAsync(Silo(1), Next(await two.ReadAllAsync(Cancelled)), Cancelled)).ShouldBeTrue();
        (await two.InsertRowAsync(Silo(2), Next(await two.ReadAllAsync(Cancelled)), Cancelled)).ShouldBeTrue();

        (await one.ReadAllAsync(Cancelled)).Members.Count.ShouldBe(1);
        (await two.ReadAllAsync(Cancelled)).Version.Version.ShouldBe(2);
        await one.DeleteMembershipTableEntriesAsync("one", Cancelled);
        (await two.ReadAllAsync(Cancelled)).Members.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Signs_of_life_are_kept_and_the_long_dead_are_cleared_away()
    {
        var table = await MembershipAsync("sale");
        foreach (var (silo, status) in new[] { (1, SiloStatus.Active), (2, SiloStatus.Dead), (3, SiloStatus.Dead),
            (4, SiloStatus.Active) })
            (await table.InsertRowAsync(Silo(silo, status), Next(await table.ReadAllAsync(Cancelled)), Cancelled))
                .ShouldBeTrue();
        // Two other silos declare it dead, as usual.
        var (dead, before) = (Silo(4, SiloStatus.Dead), await table.ReadAllAsync(Cancelled));
        dead.SuspectTimes = [new(Silo(1).SiloAddress, Now), new(Silo(3).SiloAddress, Now)];
        (await table.UpdateRowAsync(dead, before.Members[0].Item2, Next(before), Cancelled)).ShouldBeTrue();
        var alive = Silo(3);
        alive.IAmAliveTime = Now.AddHours(2);
        await table.UpdateIAmAliveAsync(alive, Cancelled);
        await table.UpdateIAmAliveAsync(Silo(3), Cancelled);
        await table.CleanupDefunctSiloEntriesAsync(Now.AddHours(1), Cancelled);

        var all = await table.ReadAllAsync(Cancelled);
        all.Version.Version.ShouldBe(5);
        all.Members.Select(member => member.Item1.SiloAddress)
            .ShouldBe([Silo(1).SiloAddress, alive.SiloAddress], ignoreOrder: true);
        all.Members.Single(member => member.Item1.SiloAddress.Equals(alive.SiloAddress)).Item1.IAmAliveTime.ShouldBe(
            Now.AddHours(2));
    }

    [Fact]
    public async Task Clients_are_told_the_gateways_of_the_active_silos_of_their_cluster()
    {
        var (table, other) = (await MembershipAsync("sale"), await MembershipAsync("other"));
        var closed = Silo(3);
        closed.ProxyPort = 0;
        foreach (var silo in new[] { Silo(1), Silo(2, SiloStatus.Dead), closed })
            (await table.InsertRowAsync(silo, Next(await table.ReadAllAsync(Cancelled)), Cancelled)).ShouldBeTrue();
        (await other.InsertRowAsync(Silo(4), Next(await other.ReadAllAsync(Cancelled)), Cancelled)).ShouldBeTrue();

        var client = Host.CreateDefaultBuilder().UseOrleansClient(client =>
        {
            client.Configure<Orleans.Configuration.ClusterOptions>(options => options.ClusterId = "sale");
            client.UseAdoNetClustering(
                options => (options.Invariant, options.DataSource) =
                (PostgresGrainStorage.Invariant, _database.Source));
        }).Build();
        _hosts.Add(client);
        var gateways = client.Services.GetRequiredService<Orleans.Messaging.IGatewayListProvider>();
        await gateways.InitializeGatewayListProviderAsync(Cancelled);
        (await gateways.GetGatewaysAsync(Cancelled)).ShouldHaveSingleItem().Port.ShouldBe(30_001);
    }

    [Fact]
    public async Task Reminders_are_written_over_read_by_range_and_deleted_only_as_they_were_read()
    {
        var table = HostOf("sale").Services.GetRequiredService<IReminderTable>();
        await table.StartAsync(Cancelled);
        var grains = Enumerable.Range(0, 20).Select(index => GrainId.Create("batch", $"mi2-{index}")).ToList();
        foreach (var grain in grains) await table.UpsertRow(Reminder(grain, "wake"), Cancelled);
        var (first, period) = (grains[0], TimeSpan.FromMinutes(90));
        await table.UpsertRow(Reminder(first, "other"), Cancelled);

        var read = (await table.ReadRow(first, "wake", Cancelled)).ShouldNotBeNull();
        (read.StartAt, read.Period).ShouldBe((Now, TimeSpan.FromMinutes(1)));
        var again = Reminder(first, "wake");
        again.Period = period;
        var tag = (await table.UpsertRow(again, Cancelled)).ShouldNotBeNull();
        (await table.RemoveRow(first, "wake", read.ETag!, Cancelled)).ShouldBeFalse("it was written over since");
        (await table.ReadRow(first, "wake", Cancelled))!.Period.ShouldBe(period);
        (await table.ReadRows(first, Cancelled)).Reminders.Count.ShouldBe(2);

        // The ring in two parts; one of them includes the end of the ring.
        var hashes = grains.Select(grain => grain.GetUniformHashCode()).Order().ToList();
        var (begin, end) = (hashes[4], hashes[14]);
        (await table.ReadRows(begin, end, Cancelled)).Reminders.Select(each => each.GrainId.GetUniformHashCode())
            .Distinct().Order()
            .ShouldBe(hashes[5..15]);
        (await table.ReadRows(end, begin, Cancelled)).Reminders.Count.ShouldBe(
            21 - (await table.ReadRows(begin, end, Cancelled)).Reminders.Count);

        (await table.RemoveRow(first, "wake", tag, Cancelled)).ShouldBeTrue();
        var made = await table.UpsertRow(Reminder(first, "wake"), Cancelled);
        made.ShouldNotBe(tag);
        (await table.RemoveRow(first, "wake", tag, Cancelled))
            .ShouldBeFalse("what was removed and made anew is another");
        (await table.ReadRow(first, "none", Cancelled)).ShouldBeNull();
    }

    private static ReminderEntry Reminder(GrainId grain, string name) =>
        new() { GrainId = grain, ReminderName = name, StartAt = Now, Period = TimeSpan.FromMinutes(1) };

    private static MembershipEntry Silo(int number, SiloStatus status = SiloStatus.Active) => new()
    {
        SiloAddress = SiloAddress.New(IPAddress.Parse("fd00::1:2"), 11_111 + number, 7),
        SiloName = $"silo-{number}",
        HostName = "host.example",
        Status = status,
        ProxyPort = 30_000 + number,
        StartTime = Now,
        IAmAliveTime = Now.AddSeconds(number),
    };

    private static TableVersion Next(MembershipTableData table) => table.Version.Next();

    private async Task<IMembershipTable> MembershipAsync(string cluster)
    {
        var table = HostOf(cluster).Services.GetRequiredService<IMembershipTable>();
        await table.InitializeMembershipTableAsync(true, Cancelled);
        return table;
    }

    // The silo is built but never started, because only its tables are used.
    private IHost HostOf(string cluster)
    {
        var host = Host.CreateDefaultBuilder().UseOrleans(silo =>
        {
            silo.Configure<Orleans.Configuration.ClusterOptions>(options => options.ClusterId = cluster);
            silo.UseAdoNetClustering(
                options => (options.Invariant, options.DataSource) =
                (PostgresGrainStorage.Invariant, _database.Source));
            silo.UseAdoNetReminderService(options => options.Configure(
                table => (table.Invariant, table.DataSource) = (PostgresGrainStorage.Invariant, _database.Source)));
        }).Build();
        _hosts.Add(host);
        return host;
    }
}
