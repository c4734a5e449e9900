using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace OrleansSale.Tests.Platforms.Stripe;

/// <summary>
/// Stands for Stripe: a host of its own that takes what the engine uses of Stripe's API, and refuses what Stripe's
/// documentation says that Stripe refuses. The pages of its sessions are on the same host.
/// </summary>
public sealed class StripeDouble : IAsyncDisposable
{
    /// <summary>The secret key of the merchant.</summary>
    public const string Key = "sk_test_of_the_double";

    private readonly WebApplication _app;
    private readonly StripeBooks _books;
    private readonly SessionPage _page;
    private readonly ConcurrentDictionary<string, Kept> _kept = new();
    private readonly CancellationTokenSource _stopping = new();
    private int _asked;

    private StripeDouble(WebApplication app)
    {
        _app = app;
        _books = new StripeBooks(() => Clock.GetUtcNow(), id => new Uri(Address, SessionPage.Path + id));
        _page = new SessionPage(_books);
        app.Run(AnswerAsync);
    }

    /// <summary>What it reads the time from: the engine's clock, once there is an engine.</summary>
    public TimeProvider Clock { get; set; } = TimeProvider.System;

    /// <summary>Its sessions, payments and refunds.</summary>
    public StripeBooks Books => _books;

    /// <summary>Where it listens.</summary>
    public Uri Address => new(_app.Urls.First());

    /// <summary>The merchant's endpoint for events, told of what is paid on a session's page; null: none.</summary>
    public Uri? Endpoint { get; set; }

    /// <summary>Requests that reached it.</summary>
    public int Asked => Volatile.Read(ref _asked);

    /// <summary>The status of every answer, without anything being done; null: it works.</summary>
    public int? FailsWith { get; set; }

    /// <summary>Whether everything is done, and each answer is lost.</summary>
    public bool LosesAnswers { get; set; }

    /// <summary>Whether nothing is answered.</summary>
    public bool Hangs { get; set; }

    /// <summary>Whether no session can be expired.</summary>
    public bool RefusesExpiry { get; set; }

    /// <summary>Starts it.</summary>
    /// <param name="address">Where it listens; null: on a free port of 127.0.0.1.</param>
    public static async Task<StripeDouble> StartAsync(string? address = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls(address ?? "http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var made = new StripeDouble(app);
        await app.StartAsync();
        return made;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _app.DisposeAsync();
        _page.Dispose();
        _stopping.Dispose();
    }

    private async Task AnswerAsync(HttpContext http)
    {
        Interlocked.Increment(ref _asked);
        if (Hangs)
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token, http.RequestAborted);
            await Task.WhenAny(Task.Delay(Timeout.Infinite, either.Token));
            http.Abort();
            return;
        }
        if (FailsWith is null
            && http.Request.Path.StartsWithSegments(SessionPage.Path.TrimEnd('/'), out var session))
        {
            await _page.AnswerAsync(http, session.Value!.Trim('/'), Endpoint, Clock.GetUtcNow());
            return;
        }
        var answer = FailsWith is { } status ? StripeAnswer.Error(status, "api_error", null) : await DecideAsync(http);
        if (LosesAnswers) answer = StripeAnswer.Error(500, "api_error", null);
        http.Response.StatusCode = answer.Status;
        http.Response.ContentType = "application/json";
        if (answer.IsReplay) http.Response.Headers["Idempotent-Replayed"] = "true";
        await http.Response.WriteAsync(answer.Body.ToJsonString());
    }

    private async Task<StripeAnswer> DecideAsync(HttpContext http)
    {
        var request = http.Request;
        if (request.Headers.Authorization != $"Bearer {Key}") return StripeAnswer.Invalid(401, "invalid_api_key");
        if (string.IsNullOrEmpty(request.Headers["Stripe-Version"])) return StripeAnswer.Invalid(400, "no_version");
        if (!HttpMethods.IsPost(request.Method)) return Route(request, ParametersOf(request.Query));
        if (request.ContentLength > 0 && !request.HasFormContentType) return StripeAnswer.Invalid(400, "not_a_form");
        var form = ParametersOf(request.HasFormContentType ? await request.ReadFormAsync() : FormCollection.Empty);
        var key = request.Headers["Idempotency-Key"].ToString();
        if (key.Length == 0) return Route(request, form);
        if (key.Length > 255) return StripeAnswer.Invalid(400, "idempotency_key_too_long");

        // What was answered is answered again for a day, with an error if something else is asked for.
        var asked = request.Path + "?" + string.Join('&', form.OrderBy(one => one.Key, StringComparer.Ordinal));
        lock (_kept)
        {
            if (_kept.TryGetValue(key, out var kept) && Clock.GetUtcNow() < kept.At.AddHours(24))
            {
                return kept.Asked != asked ? StripeAnswer.Error(400, "idempotency_error", null)
                    : kept.Answer with { IsReplay = true };
            }
            var answer = Route(request, form);
            // A request that was refused before anything began may be put right under its key.
            if (answer.Status == 200) _kept[key] = new Kept(asked, answer, Clock.GetUtcNow());
            return answer;
        }
    }

    private StripeAnswer Route(HttpRequest request, Dictionary<string, string> parameters) =>
        (request.Method, request.Path.Value!.Trim('/').Split('/')) switch
        {
            ("POST", ["v1", "checkout", "sessions"]) => _books.CreateSession(parameters),
            ("GET", ["v1", "checkout", "sessions", var id]) => _books.FindSession(id, parameters),
            ("POST", ["v1", "checkout", "sessions", var id, "expire"]) =>
                RefusesExpiry ? StripeAnswer.Error(503, "api_error", null) : _books.ExpireSession(id),
            ("POST", ["v1", "refunds"]) => _books.CreateRefund(parameters),
            ("GET", ["v1", "refunds"]) => _books.ListRefunds(parameters),
            ("GET", ["v1", "payment_intents", var id]) => _books.FindPayment(id),
            ("GET", ["v1", "disputes"]) => _books.ListDisputes(parameters),
            _ => StripeAnswer.Invalid(404, "unknown_path"),
        };

    private static Dictionary<string, string> ParametersOf(
        IEnumerable<KeyValuePair<string, Microsoft.Extensions.Primitives.StringValues>> pairs) =>
        pairs.ToDictionary(pair => pair.Key, pair => pair.Value.ToString(), StringComparer.Ordinal);

    private sealed record Kept(string Asked, StripeAnswer Answer, DateTimeOffset At);
}

/// <summary>An answer of the double.</summary>
internal sealed record StripeAnswer(int Status, JsonObject Body, bool IsReplay = false)
{
    public static StripeAnswer Of(JsonObject body) => new(200, body.DeepClone().AsObject());

    public static StripeAnswer Invalid(int status, string code, string? parameter = null) =>
        Error(status, "invalid_request_error", code, parameter);

    public static StripeAnswer Error(int status, string type, string? code, string? parameter = null) => new(
        status, new JsonObject
        {
            ["error"] = new JsonObject
            {
                ["type"] = type,
                ["code"] = code,
                ["param"] = parameter,
                ["message"] = string.Create(CultureInfo.InvariantCulture, $"The double refuses: {code ?? type}"),
            },
        });
}
