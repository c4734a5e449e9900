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

    private readonly TimeProvider _monotonic = TimeProvider.System;

    /// <summary>The answer.</summary>
    /// <exception cref="SaleUnavailableException">There was none within the bound.</exception>
    public async Task<T> AskAsync<T>(Func<Task<T>> ask)
    {
        var bound = TimeSpan.FromSeconds(options.Value.AnswerWithinSeconds);
        var started = _monotonic.GetTimestamp();
        for (var delay = MinDelay; ; delay = delay * 2 < MaxDelay ? delay * 2 : MaxDelay)
        {
            var left = bound - _monotonic.GetElapsedTime(started);
            try
            {
                return await ask().WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero);
            }
            catch (Exception e) when (LostInfrastructure.Is(e))
            {
                if (_monotonic.GetElapsedTime(started) + delay >= bound)
                    throw new SaleUnavailableException("No answer within the bound.", e);
            }
            await Task.Delay(delay);
        }
    }
}
