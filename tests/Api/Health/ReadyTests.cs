using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace OrleansSale.Tests.Api.Health;

/// <summary>How the health checks of all parts become one answer.</summary>
public sealed class ReadyTests : IAsyncLifetime
{
    private readonly Switched _one = new(), _other = new();
    private SaleFront _sale = null!;

    public async ValueTask InitializeAsync() => _sale = await SaleFront.StartAsync(new FrontPlan
    {
        Services = services => services.AddHealthChecks().AddCheck("one", _one).AddCheck("other", _other),
    });

    public ValueTask DisposeAsync() => _sale.DisposeAsync();

    [Fact]
    public async Task Each_check_that_is_not_healthy_has_its_line_and_only_an_unhealthy_one_ends_readiness()
    {
        (await ReadyAsync()).ShouldBe((200, "ready"));

        _one.Result = () => Task.FromResult(HealthCheckResult.Degraded("a little\nworse"));
        (await ReadyAsync()).ShouldBe((200, "ready\none: a little worse"));

        _other.Result = () => Task.FromResult(HealthCheckResult.Unhealthy("broken"));
        (await ReadyAsync()).ShouldBe((503, "not ready: broken\none: a little worse\nother: broken"));
        (await _sale.Client.GetAsync("/health/ready")).Header("Retry-After").ShouldNotBeNull();

        // The answer tells nothing of an exception, because its message may name a user.
        _other.Result = () => throw new InvalidOperationException("weibo:alice");
        (await ReadyAsync())
            .ShouldBe((503, "not ready: the check failed\none: a little worse\nother: the check failed"));

        _one.Result = () => new TaskCompletionSource<HealthCheckResult>().Task;
        _other.Result = () => Task.FromResult(HealthCheckResult.Healthy());
        (await ReadyAsync()).ShouldBe((503, "not ready: no answer within 2 s\none: no answer within 2 s"));
        _one.Given.IsCancellationRequested.ShouldBeTrue("nobody waits for its answer any more");
        (await _sale.Client.GetAsync("/health/live")).Is(200).Text.ShouldBe("live");

        _one.Result = () => Task.FromResult(HealthCheckResult.Healthy());
        (await ReadyAsync()).ShouldBe((200, "ready"));
        _sale.Front.Log.All.ShouldBeEmpty();
    }

    private async Task<(int Status, string Body)> ReadyAsync()
    {
        var answer = await _sale.Client.GetAsync("/health/ready");
        return (answer.Status, answer.Text);
    }

    private sealed class Switched : IHealthCheck
    {
        public Func<Task<HealthCheckResult>> Result { get; set; } = () => Task.FromResult(HealthCheckResult.Healthy());

        public CancellationToken Given { get; private set; }

        public Task<HealthCheckResult> CheckHealthAsync(
            HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            Given = cancellationToken;
            return Result();
        }
    }
}
