using System.Text.Json;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.Data.Sqlite;
using OrleansSale.Api.Payments;
using OrleansSale.GrainInterfaces.Payments.Format;
using OrleansSale.GrainInterfaces.Webhooks;

namespace OrleansSale.Api.Sandbox;

/// <summary>
/// Tells the merchant what users reply, in signed requests of Standard Webhooks, and keeps what the merchant answers.
/// One after the other: a repeat has the reply's id, so it is harmless.
/// </summary>
internal sealed partial class ReplySender(
    Timeline timeline, SandboxOptions options, IHttpClientFactory clients, IServer server,
    IHostApplicationLifetime lifetime, TimeProvider timeProvider, ILogger<ReplySender> log) : BackgroundService
{
    /// <summary>How long the page waits for the merchant's answer.</summary>
    public static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(3);

    private const int MaxAtOnce = 16, MaxAnswerBytes = 16_384, MaxAnswerLength = 2_000, MaxLinkLength = 4_000;

    // Between two looks for replies that are due again.
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly WebhookSignature _signature = new(options.WebhookSecrets);
    private readonly SemaphoreSlim _one = new(1);

    /// <summary>
    /// Tells the merchant what is due; returns when that is done, or after <see cref="AnswerTimeout"/>.
    /// </summary>
    public async Task TellAsync()
    {
        try
        {
            await TellDueAsync(lifetime.ApplicationStopping).WaitAsync(AnswerTimeout, timeProvider);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException or SqliteException)
        {
            // The page shows the answer when it is reloaded.
        }
    }

    /// <inheritdoc />
    public override void Dispose()
    {
        _one.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // The merchant may be this process, which listens once the application has started.
        using var begin = CancellationTokenSource.CreateLinkedTokenSource(lifetime.ApplicationStarted, stoppingToken);
        await Task.Delay(Timeout.Infinite, begin.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await TellDueAsync(stoppingToken);
            }
            catch (SqliteException e)
            {
                Log.StoreFailed(log, e.Message);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                break;
            }
            await Task.Delay(Interval, timeProvider, stoppingToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task TellDueAsync(CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            foreach (var reply in timeline.Due(MaxAtOnce)) await TellAsync(reply, cancellationToken);
        }
        finally
        {
            _one.Release();
        }
    }

    private async Task TellAsync(UntoldReply reply, CancellationToken cancellationToken)
    {
        var (answer, fault, isFinal) = await AskAsync(reply, cancellationToken);
        if (answer is not null)
        {
            await timeline.AnswerAsync(
                reply.Id, answer.OptionalLines("text", MaxAnswerLength), answer.OptionalAddress("link", MaxLinkLength));
            return;
        }
        var attempts = (int)reply.Attempts + 1;
        if (attempts == 1 || isFinal) Log.NotTold(log, reply.Id, fault!);
        var due = isFinal ? null : options.Retries.Next(
            attempts, DateTimeOffset.FromUnixTimeMilliseconds(reply.RepliedAt), timeProvider.GetUtcNow());
        await timeline.PutOffAsync(reply.Id, due);
    }

    private async Task<(JsonMembers? Answer, string? Fault, bool IsFinal)> AskAsync(
        UntoldReply reply, CancellationToken cancellationToken)
    {
        if (ListeningAddress.Of(server) is not { } own) return (null, "no address of the merchant is known", false);
        var body = JsonSerializer.SerializeToUtf8Bytes(
            new { reply.Id, reply.User, Post = reply.Name, reply.Text, reply.Language }, SandboxAnswer.Json);
        using var request = _signature.RequestOf(
            new Uri(own, $"/api/channels/{Uri.EscapeDataString(reply.Channel)}/replies"), $"msg_{reply.Id}", body,
            timeProvider.GetUtcNow());
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        bound.CancelAfter(options.AttemptTimeout);
        try
        {
            using var client = clients.CreateClient(NotificationSender.ClientName);
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, bound.Token);
            var status = (int)response.StatusCode;
            if (!response.IsSuccessStatusCode) return (null, $"answered {status}", status is >= 400 and < 500);
            await response.Content.LoadIntoBufferAsync(MaxAnswerBytes, bound.Token);
            return (JsonMembers.Parse(await response.Content.ReadAsByteArrayAsync(bound.Token)), null, false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (null, $"no answer within {options.AttemptTimeout.TotalSeconds:0.#} s", false);
        }
        catch (HttpRequestException e)
        {
            return (null, $"not reached: {e.HttpRequestError}", false);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "The merchant was not told of reply {Id}: {Fault}")]
        public static partial void NotTold(ILogger log, string id, string fault);

        [LoggerMessage(2, LogLevel.Error, "The sandbox's store failed; trying again: {Reason}")]
        public static partial void StoreFailed(ILogger log, string reason);
    }
}
