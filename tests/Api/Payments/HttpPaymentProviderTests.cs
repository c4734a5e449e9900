using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging;
using OrleansSale.Api.Hosting;
using OrleansSale.Api.Http;
using OrleansSale.Api.Sandbox;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Payments;
using OrleansSale.Silo.Payments.Providers;
using OrleansSale.Tests.Engine;
using OrleansSale.Tests.Harness;

namespace OrleansSale.Tests.Api.Payments;

public sealed class HttpPaymentProviderTests : IDisposable
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(12);
    private static readonly string Secret = Convert.ToBase64String(SandboxHost.Secret);
    private readonly ScratchFolder _directory = new();

    private readonly CheckoutRequest _checkout = new(
        "mi2-1.17", "weibo:alice", "Xiaomi Mi2 16 GB", new Money(199_900, "CNY"), SandboxHost.InAnHour,
        "mi2-1.17-5eed");

    private readonly RefundRequest _owed = new("mi2-1.17", "pay_1", new Money(199_900, "CNY"));

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_checkout_is_made_once_paid_told_of_and_refunded_once()
    {
        await using var host = await HostAsync();
        var provider = SoleOf(host.Services);
        var token = TestContext.Current.CancellationToken;

        var checkout = await provider.CreateCheckoutAsync(_checkout, token);
        var repeats = await Task.WhenAll(
            Enumerable.Range(0, 20).Select(_ => provider.CreateCheckoutAsync(_checkout, token)));
        repeats.ShouldAllBe(repeat => repeat == checkout);
        var address = new Uri(host.Urls.First());
        checkout.Url.ShouldBe($"{address}sandbox/checkouts/{checkout.Checkout}");

        using var browser = new HttpClient();
        using var paid = await browser.PostAsync(
            checkout.Url, new StringContent("""{"outcome":"paid"}""", Encoding.UTF8, "application/json"), token);
        var answer = await SandboxHost.BodyAsync(paid);
        ((string)answer["returnUrl"]!).ShouldBe($"{address}sale/mi2-1");

        await Eventually.HoldsAsync(() => host.Told.Count > 0, "the notification");
        var captured = host.Told[0].ShouldBeOfType<PaymentNotification.Captured>();
        captured.Payment.ShouldBe((string)answer["payment"]!);
        (captured.Order, captured.User, captured.Amount).ShouldBe((_checkout.Order, _checkout.User, _checkout.Amount));

        var owed = new RefundRequest(captured.Order, captured.Payment, captured.Amount);
        var refund = await provider.RefundAsync(owed, token);
        (await provider.RefundAsync(owed, token)).ShouldBe(refund);
        refund.Refund.ShouldStartWith("ref_");
    }

    [Fact]
    public async Task A_refusal_is_told_with_the_providers_reason()
    {
        await using var host = await HostAsync();
        var provider = SoleOf(host.Services);
        await provider.CreateCheckoutAsync(_checkout, TestContext.Current.CancellationToken);
        (await RefusedAsync(() => provider.CreateCheckoutAsync(_checkout with { User = "weibo:bob" })))
            .Message.ShouldContain("409 conflict");
        (await RefusedAsync(() => provider.RefundAsync(new RefundRequest("mi2-1.17", "pay_0", new Money(1, "CNY")))))
            .Message.ShouldContain("404 not-found");
    }

    [Theory]
    [InlineData("""{"code":"already-refunded","refund":"re_7","amount":{"amount":199900,"currency":"CNY"}}""", "re_7")]
    [InlineData("""{"code":"already-refunded","refund":"re_7","more":1}""", "re_7")]
    [InlineData("""{"code":"already-refunded"}""", "refund-of-pay_1")]
    [InlineData("""{"code":"already-refunded","refund":null}""", "refund-of-pay_1")]
    [InlineData("""{"code":"already-refunded","refund":"a b"}""", "refund-of-pay_1")]
    public async Task A_refund_made_earlier_counts_as_a_refund_made_elsewhere(string body, string refund)
    {
        await using var server = await AnsweringAsync(409, body);
        await using var services = Provider(new Uri(server.Urls.First()));
        (await SoleOf(services).RefundAsync(_owed, TestContext.Current.CancellationToken))
            .ShouldBe(new ProviderRefund(refund, Elsewhere: true));
    }

    [Theory]
    [InlineData(409, """{"code":"already-refunded","refund":"re_7","amount":{"amount":100,"currency":"CNY"}}""",
        "another-amount")]
    [InlineData(409, """{"code":"already-refunded","refund":"re_7","amount":{"amount":199900,"currency":"USD"}}""",
        "another-amount")]
    [InlineData(409, """{"code":"already-refunded","amount":7}""", "409")]
    [InlineData(409, """{"code":"partly-refunded","refund":"re_7"}""", "409 partly-refunded")]
    [InlineData(404, """{"code":"already-refunded"}""", "404 already-refunded")]
    [InlineData(409, """{"code":"two\nlines"}""", "409")]
    [InlineData(402, "<html>", "402")]
    [InlineData(201, """{"id":"re_7","amount":{"amount":100,"currency":"CNY"}}""", "another-amount")]
    [InlineData(201, """{"id":"re_7","payment":"pay_2","amount":{"amount":199900,"currency":"CNY"}}""",
        "refund-of-another-payment")]
    [InlineData(409, """{"code":"already-refunded","refund":"re_7","payment":"pay_2"}""", "refund-of-another-payment")]
    public async Task A_refund_answer_with_another_amount_currency_payment_or_status_is_a_refusal(
        int status, string body, string code)
    {
        await using var server = await AnsweringAsync(status, body);
        await using var services = Provider(new Uri(server.Urls.First()));
        var refused = await RefusedAsync(() => SoleOf(services).RefundAsync(_owed));
        (refused.Code, refused.IsRefusal).ShouldBe((code, true));
    }

    [Fact]
    public async Task A_provider_that_is_not_there_is_an_exception_within_the_bound()
    {
        using var free = new TcpListener(System.Net.IPAddress.Loopback, 0);
        free.Start();
        var port = ((System.Net.IPEndPoint)free.LocalEndpoint).Port;
        free.Stop();
        await using var services = Provider(new Uri($"http://127.0.0.1:{port}"));
        var provider = SoleOf(services);
        var watch = Stopwatch.StartNew();
        await RefusedAsync(() => provider.CreateCheckoutAsync(_checkout));
        watch.Elapsed.ShouldBeLessThan(Bound);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_provider_that_never_finishes_its_answer_is_an_exception_within_the_bound(bool afterHeaders)
    {
        using var stopping = new CancellationTokenSource();
        await using var silent = await ServerAsync(async context =>
        {
            if (afterHeaders) await context.Response.WriteAsync("{\"id\":");
            await Task.WhenAny(Task.Delay(Timeout.Infinite, stopping.Token));
        });
        await using var services = Provider(new Uri(silent.Urls.First()));
        var provider = SoleOf(services);
        var watch = Stopwatch.StartNew();
        await RefusedAsync(() => provider.RefundAsync(new RefundRequest("mi2-1.17", "pay_1", new Money(1, "CNY"))));
        watch.Elapsed.ShouldBeLessThan(Bound);
        await stopping.CancelAsync();
    }

    [Fact]
    public async Task A_provider_that_fails_at_first_is_asked_again_under_the_same_key()
    {
        var keys = new List<string>();
        await using var flaky = await ServerAsync(async context =>
        {
            int calls;
            lock (keys)
            {
                keys.Add(context.Request.Headers["Idempotency-Key"].ToString());
                calls = keys.Count;
            }
            context.Response.StatusCode = calls < 3 ? 503 : 201;
            if (calls >= 3) await context.Response.WriteAsync("""{"id":"ref_1","more":[1]}""");
        });
        await using var services = Provider(new Uri(new Uri(flaky.Urls.First()), "/v1/"));
        var provider = SoleOf(services);
        var refund = await provider.RefundAsync(
            new RefundRequest("mi2-1.17", "pay_1", new Money(1, "CNY")), TestContext.Current.CancellationToken);
        refund.Refund.ShouldBe("ref_1");
        keys.ShouldBe(["pay_1", "pay_1", "pay_1"]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("<html>")]
    [InlineData("""{"id":"c1"}""")]
    [InlineData("""{"id":7,"url":"http://x.test/c1"}""")]
    [InlineData("""{"id":null,"url":"http://x.test/c1"}""")]
    [InlineData("""{"id":"","url":"http://x.test/c1"}""")]
    [InlineData("""{"id":"a b","url":"http://x.test/c1"}""")]
    [InlineData("""{"id":"c1","url":"javascript:alert(1)"}""")]
    [InlineData("""{"id":"c1","url":"/c1"}""")]
    public async Task An_unusable_answer_is_an_exception(string body)
    {
        await using var odd = await ServerAsync(context =>
        {
            context.Response.StatusCode = 201;
            return context.Response.WriteAsync(body);
        });
        await using var services = Provider(new Uri(odd.Urls.First()));
        await RefusedAsync(() => SoleOf(services).CreateCheckoutAsync(_checkout));
    }

    [Fact]
    public async Task Before_the_server_listens_there_is_no_provider_to_ask()
    {
        await using var services = Provider(null);
        (await RefusedAsync(() => SoleOf(services).CreateCheckoutAsync(_checkout)))
            .Message.ShouldContain("not known");
    }

    private static IPaymentProvider SoleOf(IServiceProvider services) =>
        services.GetRequiredService<PaymentProviders>().TryFind(SoleProvider.Name, out var provider) ? provider
        : throw new InvalidOperationException("There is no provider.");

    private static Task<PaymentProviderException> RefusedAsync(Func<Task> call) =>
        Should.ThrowAsync<PaymentProviderException>(call);

    private static ServiceProvider Provider(Uri? baseAddress)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Payments:BaseAddress"] = baseAddress?.ToString(),
            ["Payments:ApiKey"] = SandboxHost.ApiKey,
            ["Payments:WebhookSecret"] = Secret,
        }).Build();
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddPaymentProviders(
            configuration, new HostingEnvironment { EnvironmentName = Environments.Development });
        return services.BuildServiceProvider();
    }

    private static Task<WebApplication> AnsweringAsync(int status, string body) => ServerAsync(context =>
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsync(body);
    });

    private static async Task<WebApplication> ServerAsync(RequestDelegate answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Run(answer);
        await app.StartAsync();
        return app;
    }

    /// <summary>
    /// The composition of the front, as far as payments go: provider, sandbox and receiver in one process on port 0.
    /// </summary>
    private async Task<PaymentsHost> HostAsync()
    {
        var builder = WebApplication.CreateSlimBuilder(
            new WebApplicationOptions { EnvironmentName = Environments.Development });
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Configuration["Payments:ApiKey"] = SandboxHost.ApiKey;
        builder.Configuration["Payments:WebhookSecret"] = Secret;
        builder.Services.AddSingleton(new SitePath(""));
        builder.Services.AddPayments(builder.Configuration, builder.Environment, _directory.Path, hasSilo: true);
        var app = builder.Build();
        app.MapSandbox();
        var host = new PaymentsHost(app);
        app.MapPost("/api/payments/notifications", (Delegate)host.ReceiveAsync);
        await app.StartAsync();
        return host;
    }

    private sealed class PaymentsHost(WebApplication app) : IAsyncDisposable
    {
        private readonly List<PaymentNotification> _told = [];

        public IServiceProvider Services => app.Services;

        public ICollection<string> Urls => app.Urls;

        public IReadOnlyList<PaymentNotification> Told
        {
            get
            {
                lock (_told) return [.. _told];
            }
        }

        public async Task<IResult> ReceiveAsync(HttpRequest request, NotificationReaders readers)
        {
            using var body = new MemoryStream();
            await request.Body.CopyToAsync(body);
            readers.TryFind(SoleProvider.Name, out var reader).ShouldBeTrue();
            var message = new NotificationMessage(name => request.Headers[name], body.ToArray());
            lock (_told) _told.Add(reader!.Read(message, DateTimeOffset.UtcNow));
            return Results.NoContent();
        }

        public ValueTask DisposeAsync() => app.DisposeAsync();
    }
}
