using System.Net;
using OrleansSale.GrainInterfaces.Webhooks;
using OrleansSale.Grains.Webhooks;
using OrleansSale.Silo.Posts;

namespace OrleansSale.Silo.Webhooks;

/// <summary>
/// Sends requests to endpoints over HTTP, signed as Standard Webhooks. Only the answer's head is read.
/// </summary>
internal sealed class HttpWebhookSender(AddressGuard guard, IHttpClientFactory clients, TimeProvider timeProvider)
    : IWebhookSender
{
    /// <summary>Name of the client.</summary>
    public const string ClientName = "webhooks";

    private static readonly TimeSpan CheckTimeout = TimeSpan.FromSeconds(5);

    /// <inheritdoc/>
    public async Task<AddressFault?> CheckAsync(string address)
    {
        using var bound = new CancellationTokenSource(CheckTimeout);
        try
        {
            return await guard.FindFaultAsync(address, bound.Token);
        }
        catch (OperationCanceledException)
        {
            // Every try looks again.
            return null;
        }
    }

    /// <inheritdoc/>
    public async Task<WebhookResult> SendAsync(WebhookPost post, CancellationToken cancellationToken = default)
    {
        if (guard.IsOwn(post.Address)) return Failed(WebhookErrorCode.AddressRefused);
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        bound.CancelAfter(WebhookRules.TryTimeout);
        try
        {
            var signature = new WebhookSignature(
                post.Secrets.Select(secret => WebhookSecrets.Parse(secret)!.Single()));
            using var request = signature.RequestOf(
                post.Address, post.MessageId, post.Body, timeProvider.GetUtcNow());
            request.Headers.UserAgent.ParseAdd("OrleansSale");
            using var client = clients.CreateClient(ClientName);
            using var response = await client.SendAsync(
                request, HttpCompletionOption.ResponseHeadersRead, bound.Token);
            return ResultOf(response, timeProvider.GetUtcNow());
        }
        catch (OperationCanceledException)
        {
            return Failed(WebhookErrorCode.TimedOut);
        }
        catch (HttpRequestException e) when (IsRefused(e))
        {
            return Failed(WebhookErrorCode.AddressRefused);
        }
        catch (HttpRequestException e)
        {
            return Failed(Answers.HasNotArrived(e) ? WebhookErrorCode.NotReached : WebhookErrorCode.BrokenOff);
        }
        catch (IOException)
        {
            return Failed(WebhookErrorCode.BrokenOff);
        }
    }

    /// <summary>What an answer means.</summary>
    internal static WebhookResult ResultOf(HttpResponseMessage response, DateTimeOffset now)
    {
        var (status, after) = ((int)response.StatusCode, Answers.RetryAfterOf(response, now));
        return response.StatusCode switch
        {
            >= HttpStatusCode.OK and < HttpStatusCode.MultipleChoices => WebhookResult.Arrived,
            HttpStatusCode.Gone => Failed(WebhookErrorCode.Gone, status),
            >= HttpStatusCode.MultipleChoices and < HttpStatusCode.BadRequest =>
                Failed(WebhookErrorCode.Redirected, status),
            var answered => new WebhookResult(
                new WebhookError(WebhookErrorCode.Answered, status), after,
                answered is HttpStatusCode.TooManyRequests or HttpStatusCode.BadGateway
                    or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout),
        };
    }

    private static bool IsRefused(Exception e)
    {
        for (var inner = e.InnerException; inner is not null; inner = inner.InnerException)
            if (inner is AddressRefusedException) return true;
        return false;
    }

    private static WebhookResult Failed(WebhookErrorCode code, int? status = null) =>
        new(new WebhookError(code, status));
}
