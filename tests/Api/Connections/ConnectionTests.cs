using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using OrleansSale.Api.Http.Connections;
using OrleansSale.GrainInterfaces;
using OrleansSale.Silo;
using OrleansSale.Tests.Harness;

namespace OrleansSale.Tests.Api.Connections;

/// <summary>Streams and connections within their bounds, on a front with few places.</summary>
public sealed class ConnectionTests : IAsyncLifetime
{
    private const int Connections = 16, Streams = 2, PatienceSeconds = 1;

    private SaleFront _sale = null!;

    public async ValueTask InitializeAsync() => _sale = await SaleFront.StartAsync(new FrontPlan
    {
        Settings = new()
        {
            ["Sale:MaxConnections"] = $"{Connections}",
            ["Sale:MaxStreams"] = $"{Streams}",
            ["Sale:ClientPatienceSeconds"] = $"{PatienceSeconds}",
        },
    });

    public ValueTask DisposeAsync() => _sale.DisposeAsync();

    [Fact]
    public async Task Those_who_watch_leave_room_for_those_who_buy()
    {
        var batch = await _sale.CreateAsync();
        var live = $"/api/batches/{batch}/live";
        using var first = await WatchAsync(live);
        using var second = await WatchAsync(live);

        var third = (await _sale.Client.GetAsync(live)).IsRefusal(503, "overloaded");
        third.Header("Connection").ShouldBe("close", "who is refused does not keep a connection");
        (await _sale.Client.SendAsync("HEAD", live)).Is(503);
        (await _sale.BuyAsync(batch, _sale.NewUser())).Is(201);

        // A viewer who leaves frees a place. A HEAD gives its place back soon after it is answered.
        second.Dispose();
        for (var time = 0; time < Streams + 1; time++) await UntilThereIsAPlaceAsync(live);
        await Eventually.HoldsAsync(
            async () =>
            {
                using var next = await _sale.Client.OpenAsync(live);
                return next.StatusCode == HttpStatusCode.OK;
            }, "a HEAD has left");
        _sale.Front.Log.All.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_streams_of_callers_count_among_those_who_watch()
    {
        var (batch, by) = (await _sale.CreateAsync(), _sale.Sign.Bearer(_sale.NewUser()));
        var own = $"/api/me/live?batch={batch}";
        await using var first = await Viewer.OpenAsync(_sale.Client, own, by);
        await using var second = await Viewer.OpenAsync(_sale.Client, $"/api/batches/{batch}/live");
        (await _sale.Client.GetAsync(own, by)).IsRefusal(503, "overloaded").Header("Connection").ShouldBe("close");
        (await _sale.Client.GetAsync(own)).IsRefusal(401, "unauthenticated");
        await first.DisposeAsync();
        await UntilThereIsAPlaceAsync(own, by);
        _sale.Front.Log.All.ShouldBeEmpty();
    }

    [Fact]
    public async Task Connections_beyond_the_bound_are_closed_and_those_who_stay_are_asked_to_leave()
    {
        var batch = await _sale.CreateAsync();
        var connections = _sale.Front.Services.GetRequiredService<OpenConnections>();
        var (silent, closed) = (new List<TcpClient>(), 0);
        try
        {
            for (var number = 0; number < 3 * Connections; number++)
            {
                silent.Add(new TcpClient());
                try
                {
                    await silent[^1].ConnectAsync(
                        _sale.Client.Address.Host, _sale.Client.Address.Port, TestContext.Current.CancellationToken);
                }
                catch (SocketException)
                {
                    closed++;
                    silent.RemoveAt(silent.Count - 1);
                }
            }
            await Eventually.HoldsAsync(
                () => closed + silent.Count(IsClosed) >= 2 * Connections, "those beyond the bound are closed");
            // Clients that send nothing do not get the last few places.
            await Eventually.HoldsAsync(
                async () =>
                {
                    var (status, _, text) = await RawPost.SendAsync(
                        _sale.Client.Address, $"/api/batches/{batch}/orders",
                        "Authorization: Ticket " + _sale.Sign.Ticket("weibo:late", batch));
                    return status is 200 or 201 && text.Contains("Connection: close", StringComparison.Ordinal);
                }, "a place is free, and its next holder is asked to leave");
        }
        finally
        {
            silent.ForEach(open => open.Dispose());
        }
        await Eventually.HoldsAsync(() => !connections.IsCrowded, "those who left are not counted");
        _sale.Front.Log.All.ShouldBeEmpty();
    }

    // Whether the server has closed the connection, in order or by a reset. The server never sends anything first.
    private static bool IsClosed(TcpClient client) => client.Client.Poll(0, SelectMode.SelectRead);

    [Fact]
    public async Task An_answer_that_nobody_reads_is_cut_off()
    {
        // The largest answer there is, larger than what the systems at both ends buffer.
        var ends = TestContext.Current.CancellationToken;
        using var client = new TcpClient { ReceiveBufferSize = 4_096 };
        await client.ConnectAsync(_sale.Client.Address.Host, _sale.Client.Address.Port, ends);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
            $"GET /scalar/scalar.js HTTP/1.1\r\nHost: localhost\r\nAuthorization: {_sale.Operator}\r\n\r\n"), ends);
        // A reset connection is in error, and what arrived before can still be read.
        await Eventually.HoldsAsync(
            () => client.Client.Poll(0, SelectMode.SelectError), "the connection is reset while nothing has been read");
        using var reader = new StreamReader(client.GetStream());
        (await reader.ReadLineAsync(ends))!.ShouldEndWith("200 OK");
        await Should.ThrowAsync<IOException>(() => reader.ReadToEndAsync(ends));
        _sale.Front.Log.All.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(256, 16, 12)]
    [InlineData(1_024, 512, 384)]
    [InlineData(4_096, 3_072, 2_304)]
    [InlineData(20_000, 15_000, 11_250)]
    [InlineData(1_048_576, 786_432, 589_824)]
    [InlineData(int.MaxValue, 1_000_000, 750_000)]
    public void The_bounds_follow_how_many_files_may_be_open(int openFiles, int connections, int streams)
    {
        var options = new ConnectionOptions();
        options.Follow(openFiles);
        (options.MaxConnections, options.MaxStreams).ShouldBe((connections, streams));
        var set = new ConnectionOptions { MaxConnections = 100, MaxStreams = 10 };
        set.Follow(openFiles);
        (set.MaxConnections, set.MaxStreams).ShouldBe((100, 10));
    }

    [Fact]
    public void How_many_files_may_be_open_is_what_the_system_says()
    {
        OpenFiles.Read(["Limit   Soft Limit   Hard Limit   Units",
            "Max open files            1024                 4096   files"]).ShouldBe(1_024);
        OpenFiles.Read(["Max open files            unlimited            unlimited            files"])
            .ShouldBe(int.MaxValue);
        OpenFiles.Read(["Max processes             1024                 1024                 processes"])
            .ShouldBe(OpenFiles.Assumed);
    }

    private Task UntilThereIsAPlaceAsync(string live, string? by = null) => Eventually.HoldsAsync(
        async () => (await _sale.Client.SendAsync("HEAD", live, by)).Status == 200, "a place is free");

    private async Task<HttpResponseMessage> WatchAsync(string live)
    {
        var response = await _sale.Client.OpenAsync(live);
        ((int)response.StatusCode).ShouldBe(200);
        return response;
    }
}
