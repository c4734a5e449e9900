using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Time.Testing;
using OrleansSale.Api.Health;
using OrleansSale.Api.Sales.Catalogue;

namespace OrleansSale.Tests.Api.Health;

/// <summary>What readiness costs the actors.</summary>
[Collection(SaleTests.Name)]
public sealed class ActorsCheckTests(SaleTests.Fixture fixture)
{
    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public async Task However_many_ask_the_storage_is_asked_once_in_a_while_and_a_fault_shows_with_the_next_question()
    {
        var actors = DispatchProxy.Create<IGrainFactory, Counted>();
        var counted = (Counted)actors;
        counted.Actors = fixture.Front.Front.Services.GetRequiredService<IGrainFactory>();
        var check = new ActorsCheck(
            fixture.Front.Front.Services.GetRequiredService<CatalogueCopy>(), actors, _clock);

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => AskAsync()));
        outcomes.ShouldAllBe(status => status == HealthStatus.Healthy);
        counted.Questions.ShouldBe(1);

        counted.IsLost = true;
        (await AskAsync()).ShouldBe(HealthStatus.Healthy, "as of the last question");
        _clock.Advance(ActorsCheck.MaxAge);
        (await AskAsync()).ShouldBe(HealthStatus.Unhealthy);
        counted.Questions.ShouldBe(2);

        counted.IsLost = false;
        _clock.Advance(ActorsCheck.MaxAge);
        (await AskAsync()).ShouldBe(HealthStatus.Healthy);
        ActorsCheck.MaxAge.ShouldBeLessThanOrEqualTo(TimeSpan.FromSeconds(1), "readiness must not be late");

        async Task<HealthStatus> AskAsync() =>
            (await check.CheckHealthAsync(new HealthCheckContext(), TestContext.Current.CancellationToken)).Status;
    }

    /// <summary>Actors whose questions are counted, and which can be lost.</summary>
    public class Counted : DispatchProxy
    {
        private int _questions;

        internal IGrainFactory? Actors { get; set; }

        internal bool IsLost { get; set; }

        internal int Questions => _questions;

        /// <inheritdoc/>
        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            Interlocked.Increment(ref _questions);
            return IsLost ? throw new OrleansException("no silo") : targetMethod!.Invoke(Actors, args);
        }
    }
}
