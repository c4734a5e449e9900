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
        var work = new Work(behaviour, 500);
        await RunAsync(work, connections: 8);
        _asked.Count.ShouldBe(500);
        _asked.Values.ShouldAllBe(times => times == 1);
        work.Bodies.ShouldBe(Enumerable.Range(0, 500).ToDictionary(index => index, index => $"{{\"index\":{index}}}"));
        if (behaviour != "closing") _connections.Count.ShouldBeLessThanOrEqualTo(8);
    }

    [Fact]
    public async Task A_refusal_that_asks_for_it_is_sent_again_until_the_bound()
    {
        var work = new Work("overloaded", 20) { Repeats = 3 };
        await RunAsync(work, connections: 4);
        _asked.Values.ShouldAllBe(times => times == 4);
        work.Bodies.Count.ShouldBe(20);
    }

    [Fact]
    public async Task A_request_without_an_answer_fails_at_its_bound_and_the_others_go_on()
    {
        var work = new Work("silent", 10) { SilentIndex = 3 };
        await RunAsync(work, connections: 2, answerWithinSeconds: 0.5);
        work.Failures.Keys.ShouldBe([3]);
        work.Bodies.Count.ShouldBe(9);
    }

    [Fact]
    public async Task A_server_that_is_not_there_fails_every_request()
    {
        await _server!.StopAsync(TestContext.Current.CancellationToken);
        var work = new Work("length", 10);
        await RunAsync(work, connections: 2);
        work.Failures.Count.ShouldBe(10);
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
        using var client = new WireClient([(IPEndPoint)listener.LocalEndpoint], 1, TimeSpan.FromSeconds(10));
        var work = new Work("length", 3);
        await client.RunAsync(work, TestContext.Current.CancellationToken).WaitAsync(
            TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        await serving;
        work.Failures.ShouldBeEmpty();
        work.Bodies.Count.ShouldBe(3);
    }

    [Fact]
    public async Task No_request_starts_before_it_is_due()
    {
        var work = new Work("length", 30) { Between = TimeSpan.FromMilliseconds(10) };
        await RunAsync(work, connections: 4);
        work.Early.ShouldBe(0);
        work.Bodies.Count.ShouldBe(30);
    }

    private async Task RunAsync(Work work, int connections, double answerWithinSeconds = 10)
    {
        using var client = new WireClient([_address], connections, TimeSpan.FromSeconds(answerWithinSeconds));
        await client.RunAsync(work, TestContext.Current.CancellationToken).WaitAsync(
            TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    private async Task AnswerAsync(string behaviour, int index, HttpContext context)
    {
        _asked.AddOrUpdate(index, 1, (_, times) => times + 1);
        _connections[context.Connection.Id] = true;
        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync();
        if (behaviour == "overloaded") context.Response.StatusCode = 503;
        if (behaviour == "closing") context.Response.Headers.Connection = "close";
        if (behaviour == "silent" && body.Contains("silent", StringComparison.Ordinal)) await _never.Task;
        var answer = Encoding.ASCII.GetBytes($"{{\"index\":{index}}}");
        if (behaviour != "chunked") context.Response.ContentLength = answer.Length;
        foreach (var part in answer.Chunk(4)) await context.Response.Body.WriteAsync(part);
    }

    private sealed class Work(string behaviour, int count) : IWireWork
    {
        private readonly long _start = Stopwatch.GetTimestamp();
        private readonly ConcurrentDictionary<int, int> _answers = new();
        private int _early;

        public int Count => count;

        public int Repeats { get; init; }

        public int SilentIndex { get; init; } = -1;

        public TimeSpan Between { get; init; }

        public int Early => _early;

        public ConcurrentDictionary<int, string> Bodies { get; } = new();

        public ConcurrentDictionary<int, string> Failures { get; } = new();

        public long DueAt(int index) => _start + (long)(index * Between.TotalSeconds * Stopwatch.Frequency);

        public ReadOnlyMemory<byte> Request(int index)
        {
            if (Stopwatch.GetTimestamp() < DueAt(index)) Interlocked.Increment(ref _early);
            var body = index == SilentIndex ? "{\"silent\":true}" : "{}";
            return Encoding.ASCII.GetBytes(
                $"POST /{behaviour}/{index} HTTP/1.1\r\nHost: x\r\nContent-Length: {body.Length}\r\n\r\n{body}");
        }

        public TimeSpan? Answered(int index, WireAnswer answer)
        {
            if (answer.Status == 503 && _answers.AddOrUpdate(index, 1, (_, times) => times + 1) <= Repeats)
                return TimeSpan.FromMilliseconds(1);
            Bodies[index] = Encoding.ASCII.GetString(answer.Body);
            return null;
        }

        public TimeSpan? Failed(int index, string why)
        {
            Failures[index] = why;
            return null;
        }
    }
}
