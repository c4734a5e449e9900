using System.Collections.Concurrent;
using OrleansSale.GrainInterfaces.Announcements;

namespace OrleansSale.Tests.Harness;

/// <summary>Channels that take posts: none, until a test names them and says what they answer.</summary>
public sealed class FakePosts : IPostPublisher
{
    private readonly ConcurrentQueue<Post> _taken = new();

    /// <summary>How each channel takes posts.</summary>
    public ConcurrentDictionary<string, PostPlace> Places { get; } = new();

    /// <summary>What came of a post that a channel has got; that it is delivered, by default.</summary>
    public Func<Post, Task<PostResult>> Answer { get; set; } =
        _ => Task.FromResult(new PostResult(PostOutcome.Delivered));

    /// <summary>Every post that a channel has got, in order, repeats included.</summary>
    public IReadOnlyList<Post> All => [.. _taken];

    /// <inheritdoc/>
    public PostPlace? Find(string channel) => Places.GetValueOrDefault(channel);

    /// <inheritdoc/>
    public Task<PostResult> PublishAsync(Post post, CancellationToken cancellationToken = default)
    {
        _taken.Enqueue(post);
        return Answer(post);
    }

    /// <summary>The posts that a channel has got.</summary>
    public IReadOnlyList<Post> On(string channel) => [.. _taken.Where(post => post.Channel == channel)];
}
