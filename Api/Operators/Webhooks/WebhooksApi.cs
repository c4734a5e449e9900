using System.Globalization;
using OrleansSale.Api.Http;
using OrleansSale.Api.Http.Bodies;
using OrleansSale.Api.Http.Documentation;
using OrleansSale.Api.SignIn;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Webhooks;

namespace OrleansSale.Api.Operators.Webhooks;

/// <summary>The webhooks, for operators.</summary>
public static class WebhooksApi
{
    private const string About = """
        Every entry of every ledger is sent to it, at least once, signed as Standard Webhooks. What concerns one order
        or place comes in the ledger's order. The secret is in this answer only.
        """;

    /// <summary>Maps the endpoints.</summary>
    public static void MapWebhooks(this IEndpointRouteBuilder app)
    {
        var all = app.MapGroup("/api/operator/webhooks").WithTags("Webhooks");
        all.MapPost("", MakeAsync).WithSummary("Make a webhook").WithDescription(About)
            .Accepts<MakeWebhookBody>("application/json").Produces<WebhookBody>(201).Produces<WebhookBody>()
            .Described("MakeWebhook", EndpointDescription.Operators(Refusal.Conflict).WithBody().WithKey());
        all.MapGet("", ListAsync).WithSummary("The webhooks").Produces<WebhookList>()
            .Described("ListWebhooks", EndpointDescription.Operators());
        var one = all.MapGroup("/{webhook}");
        one.MapGet("", GetAsync).WithSummary("A webhook").Produces<WebhookBody>()
            .Described("GetWebhook", EndpointDescription.Operators(Refusal.NotFound));
        one.MapPut("", ChangeAsync).WithSummary("Change, disable or enable a webhook")
            .Accepts<ChangeWebhookBody>("application/json").Produces<WebhookBody>()
            .Described("ChangeWebhook", EndpointDescription.Operators(Refusal.NotFound).WithBody());
        one.MapDelete("", RemoveAsync).WithSummary("Remove a webhook with all that waits for it").Produces(204)
            .Described("RemoveWebhook", EndpointDescription.Operators(Refusal.NotFound));
        one.MapPost("/secret", RotateAsync).WithSummary("Add a secret; the former ones sign for a while too")
            .Accepts<RotateSecretBody>("application/json").Produces<WebhookBody>()
            .Described("RotateWebhookSecret",
                EndpointDescription.Operators(Refusal.NotFound, Refusal.Conflict).WithBody().WithKey());
        one.MapPost("/test", TestAsync).WithSummary("Send a test request now").Produces<WebhookTestBody>()
            .Described("TestWebhook", EndpointDescription.Operators(Refusal.NotFound));
        one.MapGet("/deliveries", ListDeliveriesAsync).WithSummary("The requests that wait or were given up")
            .Produces<WebhookDeliveryList>()
            .Described("ListWebhookDeliveries",
                EndpointDescription.Operators(Refusal.InvalidRequest, Refusal.NotFound));
        one.MapPost("/deliveries/{delivery}/retry", RetryAsync).WithSummary("Try a request again now")
            .Produces<WebhookDeliveryBody>()
            .Described("RetryWebhookDelivery",
                EndpointDescription.Operators(Refusal.NotFound, Refusal.Conflict).WithKey());
        one.MapPost("/replays", ReplayAsync).WithSummary("Send a part of a ledger again")
            .Accepts<ReplayBody>("application/json").Produces<WebhookReplayBody>()
            .Described("ReplayWebhook",
                EndpointDescription.Operators(Refusal.NotFound, Refusal.Conflict).WithBody().WithKey());
    }

    private static async Task<IResult> MakeAsync(HttpContext http, WebhookCommands commands)
    {
        http.Response.Headers.CacheControl = "no-store";
        var (caller, problem) = await Callers.FindOperatorAsync(http);
        if (problem is not null) return problem;
        if (IdempotencyKey.Read(http.Request, out var key) is { } badKey) return badKey;
        var (body, invalid) = await RequestBody.ReadAsync(http, WebhookJson.Wire.MakeWebhookBody);
        if (invalid is not null) return invalid;
        if (await CheckAsync(commands, body!.Url) is { } badAddress) return badAddress;
        var answer = await commands.MakeAsync(body.ToTerms(), body.Secret, caller!.User, key);
        if (answer.Value is not { } made) return Problem.Of(answer.Refused!.Value, answer.Detail);
        var webhook = WebhookBody.Of(made.Webhook, made.Secret);
        return made.IsNew
            ? Reply.Created(http, $"/api/operator/webhooks/{webhook.Id}", webhook, WebhookJson.Wire.WebhookBody)
            : Reply.Ok(webhook, WebhookJson.Wire.WebhookBody);
    }

    private static async Task<IResult> ListAsync(HttpContext http, WebhookCommands commands)
    {
        http.Response.Headers.CacheControl = "no-store";
        var (_, problem) = await Callers.FindOperatorAsync(http);
        if (problem is not null) return problem;
        var (webhooks, damaged) = await commands.ListAsync();
        return Reply.Ok(
            new WebhookList([.. webhooks.Select(WebhookBody.Of)], damaged.Count > 0 ? [.. damaged] : null),
            WebhookJson.Wire.WebhookList);
    }

    private static Task<IResult> GetAsync(HttpContext http, string webhook, WebhookCommands commands) => AnswerAsync(
        http, _ => commands.AskAsync(webhook, one => one.GetAsync()),
        view => Reply.Ok(WebhookBody.Of(view), WebhookJson.Wire.WebhookBody));

    private static async Task<IResult> ChangeAsync(HttpContext http, string webhook, WebhookCommands commands)
    {
        var (caller, problem) = await Callers.FindOperatorAsync(http);
        if (problem is not null) return problem;
        var (body, invalid) = await RequestBody.ReadAsync(http, WebhookJson.Wire.ChangeWebhookBody);
        if (invalid is not null) return invalid;
        if (await CheckAsync(commands, body!.Url) is { } badAddress) return badAddress;
        var answer = await commands.ChangeAsync(webhook, body.ToTerms(), body.Enabled ?? true, caller!.User);
        return answer.Refused is { } refusal ? Problem.Of(refusal, answer.Detail)
            : Reply.Ok(WebhookBody.Of(answer.Value!), WebhookJson.Wire.WebhookBody);
    }

    private static Task<IResult> RemoveAsync(HttpContext http, string webhook, WebhookCommands commands) =>
        AnswerAsync(http, by => commands.RemoveAsync(webhook, by), _ => Results.NoContent());

    private static async Task<IResult> RotateAsync(HttpContext http, string webhook, WebhookCommands commands)
    {
        http.Response.Headers.CacheControl = "no-store";
        var (caller, problem) = await Callers.FindOperatorAsync(http);
        if (problem is not null) return problem;
        if (IdempotencyKey.Read(http.Request, out var key) is { } badKey) return badKey;
        var (body, invalid) = await RequestBody.ReadAsync(http, WebhookJson.Wire.RotateSecretBody);
        if (invalid is not null) return invalid;
        var hash = OperatorKey.HashOf(caller!.User, key);
        var answer = await commands.AskAsync(
            webhook, one => one.RotateAsync(body!.Secret, body.Overlap, hash));
        return answer.Refused is { } refusal ? Problem.Of(refusal, answer.Detail)
            : Reply.Ok(WebhookBody.Of(answer.Value!.Webhook, answer.Value.Secret), WebhookJson.Wire.WebhookBody);
    }

    private static Task<IResult> TestAsync(HttpContext http, string webhook, WebhookCommands commands) => AnswerAsync(
        http, _ => commands.AskAsync(webhook, one => one.TestAsync()),
        result => Reply.Ok(
            new WebhookTestBody(result.Error is null, WebhookErrorBody.Of(result.Error)),
            WebhookJson.Wire.WebhookTestBody));

    private static async Task<IResult> ListDeliveriesAsync(
        HttpContext http, string webhook, string? after, string? limit, WebhookCommands commands)
    {
        if (Paging.Read(limit, out var count) is { } badLimit) return badLimit;
        if (Paging.ReadAfterNumber(after, out var from) is { } badAfter) return badAfter;
        return await AnswerAsync(
            http, _ => commands.AskAsync(webhook, one => one.ListDeliveriesAsync()),
            all =>
            {
                var (page, next) = Paging.Take(all.Where(one => one.Number > from), count, one => one.Number);
                return Reply.Ok(
                    new WebhookDeliveryList(Array.ConvertAll(page, WebhookDeliveryBody.Of), next),
                    WebhookJson.Wire.WebhookDeliveryList);
            });
    }

    private static async Task<IResult> RetryAsync(
        HttpContext http, string webhook, string delivery, WebhookCommands commands)
    {
        if (IdempotencyKey.Read(http.Request, out var key) is { } badKey) return badKey;
        if (!TryReadNumber(delivery, out var number)) return Problem.Of(Refusal.NotFound);
        return await AnswerAsync(
            http,
            by =>
            {
                var hash = OperatorKey.HashOf(by, key);
                return commands.AskAsync(webhook, one => one.RetryAsync(number, hash));
            },
            tried => Reply.Ok(WebhookDeliveryBody.Of(tried), WebhookJson.Wire.WebhookDeliveryBody));
    }

    private static async Task<IResult> ReplayAsync(HttpContext http, string webhook, WebhookCommands commands)
    {
        var (caller, problem) = await Callers.FindOperatorAsync(http);
        if (problem is not null) return problem;
        if (IdempotencyKey.Read(http.Request, out var key) is { } badKey) return badKey;
        var (body, invalid) = await RequestBody.ReadAsync(http, WebhookJson.Wire.ReplayBody);
        if (invalid is not null) return invalid;
        var answer = await commands.ReplayAsync(
            webhook, body!.Batch, body.From, body.To ?? long.MaxValue, caller!.User, key);
        return answer.Refused is { } refusal ? Problem.Of(refusal, answer.Detail)
            : Reply.Ok(WebhookReplayBody.Of(answer.Value!), WebhookJson.Wire.WebhookReplayBody);
    }

    private static async Task<Problem?> CheckAsync(WebhookCommands commands, string url) =>
        await commands.CheckAsync(url) switch
        {
            null => null,
            AddressFault.Malformed =>
                Problem.Invalid("url", "must be an absolute https address without user, password and fragment"),
            AddressFault.Insecure => Problem.Invalid("url", "must be https", FieldFault.Insecure),
            AddressFault.PrivateAddress =>
                Problem.Invalid("url", "must lead to a public address", FieldFault.PrivateAddress),
            AddressFault.OwnAddress =>
                Problem.Invalid("url", "must not lead to this engine itself", FieldFault.OwnAddress),
            var fault => throw new InvalidOperationException($"unknown fault {fault}"),
        };

    private static async Task<IResult> AnswerAsync<T>(
        HttpContext http, Func<string, Task<Answer<T>>> ask, Func<T, IResult> reply)
    {
        http.Response.Headers.CacheControl = "no-store";
        var (caller, problem) = await Callers.FindOperatorAsync(http);
        if (problem is not null) return problem;
        var answer = await ask(caller!.User);
        return answer.Refused is { } refusal ? Problem.Of(refusal, answer.Detail) : reply(answer.Value!);
    }

    private static bool TryReadNumber(string text, out long number) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
