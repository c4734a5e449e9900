using System.Collections.Concurrent;
using OrleansSale.GrainInterfaces.Announcements;
using OrleansSale.GrainInterfaces.Messages;

namespace OrleansSale.Tests.Harness;

/// <summary>Channels that take posts and messages: none, until a test names them and says what they answer.</summary>
public sealed class FakePosts : IPostPublisher, IMessageSender
{
    private readonly ConcurrentQueue<Post> _taken = new();
    private readonly ConcurrentQueue<UserMessage> _messages = new();

    /// <summary>How each channel takes posts.</summary>
    public ConcurrentDictionary<string, PostPlace> Places { get; } = new();

    /// <summary>What came of a post that a channel has got; that it is delivered, by default.</summary>
    public Func<Post, Task<PostResult>> Answer { get; set; } =
        _ => Task.FromResult(new PostResult(PostOutcome.Delivered));

    /// <summary>What came of a message that a channel has got; that it is delivered, by default.</summary>
    public Func<UserMessage, Task<PostResult>> AnswerMessage { get; set; } =
        _ => Task.FromResult(new PostResult(PostOutcome.Delivered));

    /// <summary>Every post that a channel has got, in order, repeats included.</summary>
    public IReadOnlyList<Post> All => [.. _taken];

    /// <summary>Every message that a channel has got, in order, repeats included.</summary>
    public IReadOnlyList<UserMessage> Messages => [.. _messages];

    /// <inheritdoc/>
    public PostPlace? Find(string channel) => Places.GetValueOrDefault(channel);

    /// <inheritdoc/>
    public Task<PostResult> PublishAsync(Post post, CancellationToken cancellationToken = default)
    {
        _taken.Enqueue(post);
        return Answer(post);
    }

    /// <inheritdoc/>
    public Task<PostResult> SendAsync(UserMessage message, CancellationToken cancellationToken = default)
    {
        _messages.Enqueue(message);
        return AnswerMessage(message);
    }

    /// <summary>The posts that a channel has got.</summary>
    public IReadOnlyList<Post> On(string channel) => [.. _taken.Where(post => post.Channel == channel)];

    /// <summary>The messages about the orders of a batch.</summary>
    public IReadOnlyList<UserMessage> MessagesOf(string batch) =>
        [.. _messages.Where(message => message.Content.Batch == batch)];
}
