using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace OrleansSale.Tests.Platforms.Protocol;

/// <summary>What goes wrong with a call.</summary>
public enum Mishap
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Nothing is done, and the answer is 503.</summary>
    Fails,

    /// <summary>It is done, and the answer is lost.</summary>
    LosesAnswer,

    /// <summary>It is done, and no answer ever comes.</summary>
    Hangs,

    /// <summary>It is done, and then the provider dies: this call, those under way and some more are cut.</summary>
    Dies,

    /// <summary>Nothing is done, and the answer says that it takes a while.</summary>
    IsPending,

    /// <summary>Nothing is done, and the answer says that another amount was paid back.</summary>
    TellsAnotherAmount,

    /// <summary>Nothing is done, and the answer belongs to another payment. The first refund is done.</summary>
    TellsAnotherRefund,

    /// <summary>Nothing is done, and the answer says that there is no such payment.</summary>
    ForgetsPayment,
}

/// <summary>
/// Stands for a payment provider that speaks the protocol: a host of its own, whose books are files. It keeps its
/// promises, but for what a test has go wrong.
/// </summary>
public sealed class ProtocolDouble : IAsyncDisposable
{
    /// <summary>After its death so many more calls are cut. Then it starts again, with nothing but its files.</summary>
    private const int CallsCut = 2;

    private readonly WebApplication _app;
    private readonly string _folder, _key;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<(string Call, string Of), int> _asked = new();
    private volatile ProtocolBooks? _books;
    private int _cut, _deaths;

    private ProtocolDouble(WebApplication app, string folder, string key)
    {
        (_app, _folder, _key, _books) = (app, folder, key, new ProtocolBooks(folder));
        app.Run(AnswerAsync);
    }

    /// <summary>What it reads the time from: the engine's clock, once there is an engine.</summary>
    public TimeProvider Clock { get; set; } = TimeProvider.System;

    /// <summary>Where it listens.</summary>
    public Uri Address => new(_app.Urls.First());

    /// <summary>Its books; null: it is dead.</summary>
    public ProtocolBooks? Books => _books;

    /// <summary>How often it died.</summary>
    public int Deaths => Volatile.Read(ref _deaths);

    /// <summary>
    /// What goes wrong: by the call (<c>checkout</c>, <c>state</c> or <c>refund</c>) and whether it is the first one of
    /// its order, checkout or payment.
    /// </summary>
    public Func<string, bool, Mishap> Mishaps { get; set; } = (_, _) => Mishap.None;

    /// <summary>Starts it on the books of a folder, on a free port of 127.0.0.1.</summary>
    /// <param name="folder">Where its files are.</param>
    /// <param name="key">How it knows the merchant.</param>
    public static async Task<ProtocolDouble> StartAsync(string folder, string key)
    {
        Directory.CreateDirectory(folder);
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var made = new ProtocolDouble(app, folder, key);
        await app.StartAsync();
        return made;
    }

    /// <summary>How often a state was asked for of a checkout, or anything else of an order or a payment.</summary>
    public int AskedFor(string call, string of) => _asked.GetValueOrDefault((call, of));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _app.DisposeAsync();
        _stopping.Dispose();
    }

    private async Task AnswerAsync(HttpContext http)
    {
        var (request, books) = (http.Request, _books);
        if (books is null)
        {
            http.Abort();
            if (Interlocked.Increment(ref _cut) == CallsCut) _books = new ProtocolBooks(_folder);
            return;
        }

        if (request.Headers.Authorization != $"Bearer {_key}")
        {
            http.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return;
        }

        var path = request.Path.Value!.Trim('/').Split('/');
        var body = HttpMethods.IsPost(request.Method)
            ? (await JsonNode.ParseAsync(request.Body, cancellationToken: http.RequestAborted))!.AsObject()
            : [];
        var (call, of) = path switch
        {
            ["checkouts"] => ("checkout", (string)body["order"]!),
            ["refunds"] => ("refund", (string)body["payment"]!),
            ["checkouts", var id, "state"] => ("state", id),
            _ => throw new InvalidOperationException($"The protocol has no {request.Path}."),
        };
        var mishap = Mishaps(call, _asked.AddOrUpdate((call, of), 1, (_, times) => times + 1) == 1);
        var answer = Decide(books, mishap, call, of, body, request);
        if (mishap == Mishap.Dies) Die(books);
        if (mishap == Mishap.Hangs) await HangAsync(http);
        // A provider that has died answers nothing that it had begun.
        if (answer is null || mishap is Mishap.LosesAnswer or Mishap.Hangs || _books != books) http.Abort();
        else await AnswerAsync(http.Response, answer);
    }

    private void Die(ProtocolBooks books)
    {
        books.Close();
        Interlocked.Increment(ref _deaths);
        _cut = 0;
        _books = null;
    }

    // Null: the provider died before it was done.
    private ProtocolAnswer? Decide(
        ProtocolBooks books, Mishap mishap, string call, string of, JsonObject body, HttpRequest request)
    {
        try
        {
            return Misanswer(books, mishap, of, body) ?? call switch
            {
                "checkout" => books.CheckOut(KeyOf(request), body, new Uri(Address, "pay/")),
                "refund" => books.Refund(KeyOf(request), body),
                _ => books.StateOf(of, Clock.GetUtcNow()),
            };
        }
        catch (ObjectDisposedException)
        {
            return null;
        }
    }

    private static ProtocolAnswer? Misanswer(ProtocolBooks books, Mishap mishap, string of, JsonObject body)
    {
        switch (mishap)
        {
            case Mishap.Fails: return ProtocolAnswer.Refuse(503, "unavailable");
            case Mishap.IsPending: return ProtocolAnswer.Refuse(202, "takes-a-while");
            case Mishap.ForgetsPayment: return ProtocolAnswer.Refuse(404, "not-found");
            case Mishap.TellsAnotherRefund: return books.RefundOfAnother(of);
            case Mishap.TellsAnotherAmount:
                var amount = body["amount"]!.DeepClone();
                amount["amount"] = (long)amount["amount"]! - 1;
                return ProtocolAnswer.Of(new JsonObject { ["id"] = $"ref_{of}_1", ["amount"] = amount });
            default: return null;
        }
    }

    private static string KeyOf(HttpRequest request) => request.Headers["Idempotency-Key"] is [{ Length: > 0 } key]
        ? key
        : throw new InvalidOperationException("The engine asks without a key.");

    private static async Task AnswerAsync(HttpResponse response, ProtocolAnswer answer)
    {
        response.StatusCode = answer.Status;
        response.ContentType = "application/json";
        await response.WriteAsync(answer.Body.ToJsonString());
    }

    private async Task HangAsync(HttpContext http)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token, http.RequestAborted);
        await Task.WhenAny(Task.Delay(Timeout.Infinite, either.Token));
    }
}
