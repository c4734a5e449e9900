using System.Diagnostics;
using Microsoft.Extensions.Options;
using OrleansSale.GrainInterfaces;

namespace OrleansSale.Api.Actors;

/// <summary>
/// Retries calls to actors until they answer, within the bound of <see cref="SaleOptions.AnswerWithinSeconds"/>. Nobody
/// knows what a failed call did, but every call to an actor is idempotent. So the front calls again before it answers
/// the client that it is overloaded.
/// </summary>
public sealed class ActorRetry(IOptions<SaleOptions> options)
{
    private static readonly TimeSpan MinDelay = TimeSpan.FromMilliseconds(20),
        MaxDelay = TimeSpan.FromMilliseconds(500);

    /// <summary>The answer.</summary>
    /// <exception cref="SaleUnavailableException">There was none within the bound.</exception>
    public Task<T> AskAsync<T>(Func<Task<T>> ask) => AskAsync(ask, Stopwatch.GetTimestamp());

    /// <summary>The answer, for a request whose bound began earlier.</summary>
    /// <param name="ask">Calls the actor.</param>
    /// <param name="since">When the bound began, as a timestamp of <see cref="Stopwatch"/>.</param>
    /// <exception cref="SaleUnavailableException">There was none within the bound.</exception>
    public async Task<T> AskAsync<T>(Func<Task<T>> ask, long since)
    {
        for (var delay = MinDelay; ; delay = delay * 2 < MaxDelay ? delay * 2 : MaxDelay)
        {
            try
            {
                return await ask().WaitAsync(LeftSince(since));
            }
            catch (Exception e) when (LostInfrastructure.Is(e))
            {
                if (LeftSince(since) <= delay) throw new SaleUnavailableException("No answer within the bound.", e);
            }
            await Task.Delay(delay);
        }
    }

    /// <summary>The time that is left of a bound; zero: it has ended.</summary>
    /// <param name="since">When the bound began, as a timestamp of <see cref="Stopwatch"/>.</param>
    public TimeSpan LeftSince(long since)
    {
        var left = TimeSpan.FromSeconds(options.Value.AnswerWithinSeconds) - Stopwatch.GetElapsedTime(since);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }
}
