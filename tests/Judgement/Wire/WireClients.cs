using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OrleansSale.Tests.Load.Wire;

namespace OrleansSale.Tests.Judgement.Wire;

/// <summary>The lean client against a real web server.</summary>
public sealed class WireClients : IAsyncLifetime
{
    private readonly ConcurrentDictionary<int, int> _asked = new();
    private readonly ConcurrentDictionary<int, long> _askedAt = new();
    private readonly ConcurrentDictionary<string, bool> _connections = new();
    private readonly TaskCompletionSource _never = new();
    private WebApplication? _server;
    private IPEndPoint _address = new(IPAddress.Loopback, 0);

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddRoutingCore();
        _server = builder.Build();
        _server.MapPost("/{behaviour}/{index:int}", AnswerAsync);
        await _server.StartAsync(TestContext.Current.CancellationToken);
        _address = new IPEndPoint(IPAddress.Loopback, new Uri(_server.Urls.Single()).Port);
    }

    public async ValueTask DisposeAsync()
    {
        _never.TrySetResult();
        if (_server is not null) await _server.DisposeAsync();
    }

    [Theory]
    [InlineData("length"), InlineData("chunked"), InlineData("closing")]
    public async Task Every_request_is_sent_once_and_gets_its_own_answer(string behaviour)
    {
        var work = Ask(behaviour, 500);
        await RunAsync(work, connections: 8);
        _asked.Count.ShouldBe(500);
        _asked.Values.ShouldAllBe(times => times == 1);
        work.Bodies().Select(body => Encoding.ASCII.GetString(body.Span))
            .ShouldBe(Enumerable.Range(0, 500).Select(index => $"{{\"index\":{index}}}"));
        if (behaviour != "closing") _connections.Count.ShouldBeLessThanOrEqualTo(8);
    }

    [Fact]
    public async Task A_refusal_that_asks_for_it_is_sent_again_until_the_bound()
    {
        var requests = RequestsOf("overloaded", 20);
        var work = new Requests(requests) { MaxTries = 2 };
        await RunAsync(work, connections: 4);
        _asked.Values.ShouldAllBe(times => times == 2);
        (_asked.Count, work.Repeats, work.Refusals["http-503"]).ShouldBe((20, 20, 20));
    }

    [Fact]
    public async Task A_request_without_an_answer_fails_at_its_bound_and_the_others_go_on()
    {
        var requests = RequestsOf("length", 10);
        requests[3] = RequestsOf("silent", 4)[3];
        var work = new Requests(requests);
        await RunAsync(work, connections: 2, answerWithinSeconds: 3);
        Enumerable.Range(0, 10).Where(index => work.FateOf(index) == Fate.Undecided).ShouldBe([3]);
        work.Bodies().Count().ShouldBe(9);
    }

    [Fact]
    public async Task A_server_that_is_not_there_fails_every_request()
    {
        await _server!.StopAsync(TestContext.Current.CancellationToken);
        var work = Ask("length", 10);
        await RunAsync(work, connections: 2);
        work.CountOf(Fate.Undecided).ShouldBe(10);
    }

    [Fact]
    public async Task A_connection_that_the_server_closed_while_it_was_idle_is_opened_again()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var serving = Task.Run(async () =>
        {
            var buffer = new byte[4096];
            for (var connection = 0; connection < 3; connection++)
            {
                using var socket = await listener.AcceptSocketAsync(TestContext.Current.CancellationToken);
                await socket.ReceiveAsync(buffer, TestContext.Current.CancellationToken);
                await socket.SendAsync(
                    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"u8.ToArray(),
                    TestContext.Current.CancellationToken);
            }
        }, TestContext.Current.CancellationToken);
        _address = (IPEndPoint)listener.LocalEndpoint;
        var work = Ask("length", 3);
        await RunAsync(work, connections: 1);
        await serving;
        work.CountOf(Fate.Repeated).ShouldBe(3);
    }

    [Fact]
    public async Task No_request_starts_before_it_is_due()
    {
        var work = new Requests(RequestsOf("length", 30), perSecond: 100);
        await RunAsync(work, connections: 4);
        work.Bodies().Count().ShouldBe(30);
        _askedAt.Count.ShouldBe(30);
        _askedAt.ShouldAllBe(asked => asked.Value >= work.DueAt(asked.Key));
    }

    private async Task RunAsync(Requests work, int connections, double answerWithinSeconds = 10)
    {
        using var client = new WireClient([_address], connections, TimeSpan.FromSeconds(answerWithinSeconds));
        await client.RunAsync(work, TestContext.Current.CancellationToken).WaitAsync(
            TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    private async Task AnswerAsync(string behaviour, int index, HttpContext context)
    {
        _askedAt.TryAdd(index, Stopwatch.GetTimestamp());
        _asked.AddOrUpdate(index, 1, (_, times) => times + 1);
        _connections[context.Connection.Id] = true;
        if (behaviour == "overloaded") context.Response.StatusCode = 503;
        if (behaviour == "closing") context.Response.Headers.Connection = "close";
        if (behaviour == "silent") await _never.Task;
        var answer = Encoding.ASCII.GetBytes($"{{\"index\":{index}}}");
        if (behaviour != "chunked") context.Response.ContentLength = answer.Length;
        foreach (var part in answer.Chunk(4)) await context.Response.Body.WriteAsync(part);
    }

    private static Requests Ask(string behaviour, int count) => new(RequestsOf(behaviour, count));

    private static byte[][] RequestsOf(string behaviour, int count) =>
    [
        .. Enumerable.Range(0, count).Select(index => Encoding.ASCII.GetBytes(
            $"POST /{behaviour}/{index} HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{{}}")),
    ];
}
