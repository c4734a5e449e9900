using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Payments;
using OrleansSale.Silo.Payments.Providers;

namespace OrleansSale.Tests.Api.Payments;

/// <summary>What the engine asks a provider of its own protocol, and what it makes of the answers.</summary>
public sealed class ProviderQuestionTests
{
    private static readonly Money Price = new(199_900, "CNY");

    [Theory]
    [InlineData("""{"status":"open"}""", CheckoutStage.Open)]
    [InlineData("""{"status":"declined","more":1}""", CheckoutStage.Open)]
    [InlineData("""{"status":"expired"}""", CheckoutStage.Closed)]
    [InlineData("""{"status":"processing"}""", CheckoutStage.Processing)]
    public async Task A_checkout_that_is_not_paid_is_in_its_stage(string body, CheckoutStage stage) =>
        (await AskAsync(200, body, provider => provider.FindCheckoutAsync("c 1"))).ShouldBe(new CheckoutState(stage));

    [Fact]
    public async Task A_checkout_that_is_paid_names_payment_payer_and_amount() => (await AskAsync(
        200, """{"status":"paid","payment":"pay_1","user":"weibo:a","amount":{"amount":199900,"currency":"CNY"}}""",
        provider => provider.FindCheckoutAsync("c1")))
        .ShouldBe(new CheckoutState(CheckoutStage.Paid, "pay_1", Price, Payer: "weibo:a"));

    [Theory]
    [InlineData("""{"amount":1199,"currency":"CNY"}""", 1_199, "CNY")]
    [InlineData("7", -1, "XXX"), InlineData("""{"amount":"7","currency":"CNY"}""", -1, "XXX")]
    public async Task A_checkout_that_is_paid_tells_the_fee_and_is_not_lost_for_one_that_cannot_be_read(
        string fee, long amount, string currency) => (await AskAsync(
        200,
        """{"status":"paid","payment":"p","user":"weibo:a","amount":{"amount":199900,"currency":"CNY"},"fee":@}"""
            .Replace("@", fee, StringComparison.Ordinal), provider => provider.FindCheckoutAsync("c1")))
        .ShouldBe(new CheckoutState(
            CheckoutStage.Paid, "p", Price, Payer: "weibo:a", Fee: new Money(amount, currency)));

    [Theory]
    [InlineData(404), InlineData(405), InlineData(501)]
    public async Task A_provider_without_that_question_cannot_tell(int status) =>
        (await AskAsync(status, "", provider => provider.FindCheckoutAsync("c1"))).Stage.ShouldBe(CheckoutStage.Untold);

    [Theory]
    [InlineData("null"), InlineData("<html>"), InlineData("{}"), InlineData("""{"status":"lost"}""")]
    [InlineData("""{"status":"paid"}""")]
    [InlineData("""{"status":"paid","payment":"pay_1","user":"weibo:a"}""")]
    [InlineData("""{"status":"paid","payment":"a b","user":"u","amount":{"amount":1,"currency":"CNY"}}""")]
    [InlineData("""{"status":"paid","payment":"pay_1","user":"","amount":{"amount":1,"currency":"CNY"}}""")]
    [InlineData("""{"status":"paid","payment":"pay_1","user":"u","amount":{"amount":-1,"currency":"CNY"}}""")]
    public async Task An_answer_that_says_nothing_usable_is_an_exception(string body) =>
        (await Should.ThrowAsync<PaymentProviderException>(
            () => AskAsync(200, body, provider => provider.FindCheckoutAsync("c1")))).Code.ShouldBe("unusable-answer");

    [Theory]
    [InlineData("", "refund-pending")]
    [InlineData("""{"code":"insufficient-funds"}""", "refund-pending insufficient-funds")]
    public async Task A_refund_that_is_accepted_and_not_made_yet_is_under_way(string body, string code)
    {
        var told = await Should.ThrowAsync<PaymentProviderException>(() => AskAsync(
            202, body, provider => provider.RefundAsync(new RefundRequest("mi2-1.17", "pay_1", Price))));
        (told.Code, told.IsUnderWay, told.IsRefusal).ShouldBe((code, true, false));
    }

    [Fact]
    public async Task What_is_left_after_a_part_went_back_is_asked_for_under_a_key_of_its_own()
    {
        var keys = new List<string>();
        var rest = new RefundRequest("mi2-1.17", "pay_1", Price with { Amount = 199_800 }, PaidBack: 100);
        (await AskAsync(201, """{"id":"ref_1"}""", provider => provider.RefundAsync(rest), keys))
            .ShouldBe(new ProviderRefund("ref_1"));
        keys.ShouldBe(["pay_1-100"]);
        // All of it is back: the part and the rest.
        (await AskAsync(
            409, """{"code":"already-refunded","refund":"ref_2","amount":{"amount":199900,"currency":"CNY"}}""",
            provider => provider.RefundAsync(rest))).ShouldBe(new ProviderRefund("ref_2", Elsewhere: true));
        (await Should.ThrowAsync<PaymentProviderException>(() => AskAsync(
            409, """{"code":"already-refunded","refund":"ref_2","amount":{"amount":199800,"currency":"CNY"}}""",
            provider => provider.RefundAsync(rest)))).Code.ShouldBe("another-amount");
    }

    private static async Task<T> AskAsync<T>(
        int status, string body, Func<IPaymentProvider, Task<T>> ask, List<string>? keys = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        await using var app = builder.Build();
        app.Run(context =>
        {
            if (context.Request.Headers["Idempotency-Key"] is [{ } key]) keys?.Add(key);
            context.Response.StatusCode = status;
            return context.Response.WriteAsync(body);
        });
        await app.StartAsync();
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddPaymentProviders(
            new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["Payments:BaseAddress"] = app.Urls.First(),
                ["Payments:ApiKey"] = SandboxHost.ApiKey,
                ["Payments:WebhookSecret"] = Convert.ToBase64String(SandboxHost.Secret),
            }).Build(),
            new HostingEnvironment { EnvironmentName = Environments.Development });
        await using var built = services.BuildServiceProvider();
        built.GetRequiredService<PaymentProviders>().TryFind(SoleProvider.Name, out var provider).ShouldBeTrue();
        return await ask(provider!);
    }
}
