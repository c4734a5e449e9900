using OrleansSale.Silo.Payments.Stripe;
using OrleansSale.Tests.Platforms.Stripe;
using static OrleansSale.Tests.Api.Payments.Stripe.TwoProviders;

namespace OrleansSale.Tests.Api.Payments.Stripe;

/// <summary>Stripe is down, slow, or refuses: buyers are told to try again, and nothing is lost.</summary>
[Collection(TwoProviders.Name)]
public sealed class StripeFailureTests(TwoProviders.Fixture fixture)
{
    private readonly SaleFront _sale = fixture.Front;
    private readonly StripeDouble _stripe = fixture.Stripe;

    [Fact]
    public async Task While_Stripe_is_down_a_checkout_is_overloaded_and_the_other_platform_pays()
    {
        var batch = await CreateForBothAsync(_sale);
        var (shop, weibo) = (_sale.NewUser("twitter"), _sale.NewUser());
        var (order, other) = (await _sale.OrderAsync(batch, shop), await _sale.OrderAsync(batch, weibo));
        _stripe.FailsWith = 503;
        try
        {
            (await _sale.CheckOutAsync(order, shop)).IsRefusal(503, "overloaded");
            (await _sale.CheckOutAsync(other, weibo)).Is(200);
        }
        finally
        {
            _stripe.FailsWith = null;
        }
        (await _sale.CheckOutAsync(order, shop)).Is(200);
        _stripe.Books.SessionOf(order).ShouldNotBeNull("there is one");
    }

    [Fact]
    public async Task A_session_whose_answer_was_lost_is_the_one_that_a_repeat_opens()
    {
        var (batch, user) = (await CreateForBothAsync(_sale), _sale.NewUser("twitter"));
        var order = await _sale.OrderAsync(batch, user);
        _stripe.LosesAnswers = true;
        try
        {
            (await _sale.CheckOutAsync(order, user)).IsRefusal(503, "overloaded");
        }
        finally
        {
            _stripe.LosesAnswers = false;
        }
        // Time passes, and the repeat asks for the same nevertheless.
        _sale.Clock.Advance(TimeSpan.FromSeconds(100));
        var url = (await _sale.CheckOutAsync(order, user)).Is(200)["checkoutUrl"];
        url.ShouldBe((string?)_stripe.Books.SessionOf(order)["url"]);
    }

    [Fact]
    public async Task A_Stripe_that_does_not_answer_is_waited_for_within_the_bound()
    {
        var (batch, user) = (await CreateForBothAsync(_sale), _sale.NewUser("twitter"));
        var order = await _sale.OrderAsync(batch, user);
        _stripe.Hangs = true;
        try
        {
            var asked = DateTime.UtcNow;
            (await _sale.CheckOutAsync(order, user)).IsRefusal(503, "overloaded");
            (DateTime.UtcNow - asked).ShouldBeLessThan(TimeSpan.FromSeconds(15));
        }
        finally
        {
            _stripe.Hangs = false;
        }
        (await _sale.CheckOutAsync(order, user)).Is(200);
    }

    [Theory]
    [InlineData(199_900, "CNY", 199_900L)]
    [InlineData(500, "JPY", 500L)]
    [InlineData(5, "ISK", 500L)]
    [InlineData(5, "UGX", 500L)]
    [InlineData(1_045, "HUF", 1_045L)]
    [InlineData(1_045, "TWD", 1_045L)]
    [InlineData(500, "MGA", 5L)]
    [InlineData(501, "MGA", null)]
    [InlineData(5_120, "KWD", 5_120L)]
    [InlineData(5_124, "KWD", null)]
    [InlineData(1_000, "LYD", null)]
    [InlineData(1, "ZZZ", null)]
    [InlineData(long.MaxValue, "ISK", null)]
    public void An_amount_is_told_as_Stripe_counts_it_and_read_back(long amount, string currency, long? expected)
    {
        StripeAmount.Of(new(amount, currency)).ShouldBe(expected);
        if (expected is { } told) StripeAmount.From(told, currency.ToLowerInvariant()).ShouldBe(new(amount, currency));
    }

    [Theory]
    [InlineData(550, "isk")]
    [InlineData(-1, "usd")]
    [InlineData(1, "zzz")]
    public void What_is_no_money_is_not_read(long amount, string currency) =>
        StripeAmount.From(amount, currency).ShouldBeNull();
}
