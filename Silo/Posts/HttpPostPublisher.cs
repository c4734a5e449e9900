using System.Collections.Concurrent;
using OrleansSale.GrainInterfaces.Announcements;
using OrleansSale.GrainInterfaces.Channels;
using OrleansSale.GrainInterfaces.Messages;

namespace OrleansSale.Silo.Posts;

/// <summary>Publishes posts and sends messages to users over HTTP, each try within bounds.</summary>
internal sealed class HttpPostPublisher(
    ConfiguredChannels channels, PageAddresses pages, SandboxPosts sandbox, IHttpClientFactory clients,
    TimeProvider timeProvider)
    : IPostPublisher, IMessageSender, IDisposable
{
    /// <summary>Name of the client.</summary>
    public const string ClientName = "posts";

    /// <summary>Name of the client for receivers on this machine, which no proxy reaches.</summary>
    public const string LocalClientName = "posts-local";

    /// <summary>How long a try may take, the body of its answer included.</summary>
    public static readonly TimeSpan Try = TimeSpan.FromSeconds(10);

    /// <summary>The longest answer that is read, in bytes.</summary>
    public const int MaxAnswerBytes = 64 * 1024;

    /// <summary>
    /// Tries under way in this process on one channel; a further one has to wait for its next turn. So a channel that
    /// does not answer takes no place from the others.
    /// </summary>
    public const int MaxTries = 64;

    // As many as channels are configured.
    private readonly ConcurrentDictionary<string, SemaphoreSlim> _places = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public PostPlace? Find(string channel) => OptionsOf(channel) is not { Kind: { } kind } options ? null
        : new PostPlace(
            kind == PostKind.Weibo ? WeiboPosts.Address.AbsoluteUri : options.Address?.AbsoluteUri ?? SandboxPosts.Path,
            IsRepeatHarmless(kind), TakesMessages(kind));

    /// <inheritdoc/>
    public async Task<PostResult> PublishAsync(Post post, CancellationToken cancellationToken = default) =>
        OptionsOf(post.Channel) is { Kind: { } kind } options
            ? await TryWithinBoundsAsync(post.Channel, kind, () => RequestOf(post, kind, options), cancellationToken)
            : new PostResult(PostOutcome.Refused, "the settings of the channel have no Posts any more");

    /// <inheritdoc/>
    public async Task<PostResult> SendAsync(UserMessage message, CancellationToken cancellationToken = default) =>
        OptionsOf(message.Channel) is { Kind: { } kind } options && TakesMessages(kind)
            ? await TryWithinBoundsAsync(
                message.Channel, kind, () => RequestOf(message, kind, options), cancellationToken)
            : new PostResult(PostOutcome.Refused, "by its settings the channel takes no messages any more");

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var places in _places.Values) places.Dispose();
    }

    private PostsOptions? OptionsOf(string channel) => channels.TryFind(channel, out var found) ? found.Posts : null;

    private static bool IsRepeatHarmless(PostKind kind) => kind != PostKind.Weibo;

    // The share call of Weibo reaches everybody, never one user.
    private static bool TakesMessages(PostKind kind) => kind is PostKind.Webhook or PostKind.Sandbox;

    private async Task<PostResult> TryWithinBoundsAsync(
        string channel, PostKind kind, Func<HttpRequestMessage?> make, CancellationToken cancellationToken)
    {
        var places = _places.GetOrAdd(channel, _ => new SemaphoreSlim(MaxTries, MaxTries));
        // Nothing has been sent then, so a repeat is harmless.
        if (!await places.WaitAsync(TimeSpan.Zero, cancellationToken))
            return new PostResult(PostOutcome.TryLater, "too many posts are under way");
        try
        {
            return await TryAsync(kind, make, cancellationToken);
        }
        finally
        {
            places.Release();
        }
    }

    private async Task<PostResult> TryAsync(
        PostKind kind, Func<HttpRequestMessage?> make, CancellationToken cancellationToken)
    {
        // A lost answer leaves it open whether the post is there.
        var lost = IsRepeatHarmless(kind) ? PostOutcome.TryLater : PostOutcome.Unknown;
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        bound.CancelAfter(Try);
        try
        {
            using var request = make();
            if (request is null) return new PostResult(PostOutcome.TryLater, "this process does not listen yet");
            using var client = clients.CreateClient(request.RequestUri!.IsLoopback ? LocalClientName : ClientName);
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, bound.Token);
            if (kind == PostKind.Webhook) return WebhookPosts.ResultOf(response, timeProvider.GetUtcNow());
            if (kind == PostKind.Sandbox) return SandboxPosts.ResultOf(response, timeProvider.GetUtcNow());
            await response.Content.LoadIntoBufferAsync(MaxAnswerBytes, bound.Token);
            var body = await response.Content.ReadAsByteArrayAsync(bound.Token);
            return WeiboPosts.ResultOf(response, body, timeProvider.GetUtcNow());
        }
        catch (OperationCanceledException)
        {
            return new PostResult(lost, $"no answer within {Try.TotalSeconds:0} s");
        }
        catch (HttpRequestException e)
        {
            return Answers.HasNotArrived(e)
                ? new PostResult(PostOutcome.TryLater, $"not reached: {e.HttpRequestError}")
                : new PostResult(lost, $"no answer: {e.HttpRequestError}");
        }
        catch (IOException)
        {
            return new PostResult(lost, "the answer broke off");
        }
    }

    private HttpRequestMessage? RequestOf(Post post, PostKind kind, PostsOptions options) => kind switch
    {
        PostKind.Webhook => WebhookPosts.RequestOf(post, options, pages, timeProvider.GetUtcNow()),
        PostKind.Weibo => WeiboPosts.RequestOf(post, options, pages),
        PostKind.Sandbox => sandbox.RequestOf(post, options),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "unknown kind"),
    };

    private HttpRequestMessage? RequestOf(UserMessage message, PostKind kind, PostsOptions options) => kind switch
    {
        PostKind.Webhook => WebhookPosts.RequestOf(message, options, pages, timeProvider.GetUtcNow()),
        PostKind.Sandbox => sandbox.RequestOf(message, options),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "takes no messages"),
    };
}
