using CsCheck;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Texts;

namespace OrleansSale.Tests.Rules.Orders;

public class OrderIdTests
{
    [Theory]
    [InlineData("mi2-1.17", "mi2-1", 17)]
    [InlineData("a.1", "a", 1)]
    [InlineData("-.9", "-", 9)]
    [InlineData("0.999999999999999999", "0", 999_999_999_999_999_999)]
    public void A_canonical_id_names_its_batch_and_sequence(string text, string batch, long seq)
    {
        OrderId.TryParse(text, out var b, out var s).ShouldBeTrue();
        (b, s).ShouldBe((batch, seq));
        OrderId.Of(b, s).ShouldBe(text);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("mi2-1")]
    [InlineData("mi2-1.")]
    [InlineData(".17")]
    [InlineData("mi2-1.0")]
    [InlineData("mi2-1.017")]
    [InlineData("mi2-1.+17")]
    [InlineData("mi2-1.-17")]
    [InlineData("mi2-1. 17")]
    [InlineData("mi2-1.17 ")]
    [InlineData(" mi2-1.17")]
    [InlineData("mi2-1.17\n")]
    [InlineData("mi2-1.1,7")]
    [InlineData("mi2-1.1e3")]
    [InlineData("mi2-1.0x11")]
    [InlineData("mi2-1.17.18")]
    [InlineData("mi2-1..17")]
    [InlineData("mi2-1.１７")]
    [InlineData("mi2-1.1000000000000000000")]
    [InlineData("mi2-1.9223372036854775808")]
    [InlineData("mi2-1.99999999999999999999999")]
    [InlineData("Mi2-1.17")]
    [InlineData("mi2_1.17")]
    [InlineData("mi/2.17")]
    [InlineData("a2345678901234567890123456789012345678901234567890123456789012345.1")]
    public void Anything_else_is_no_order_id(string? text) => OrderId.TryParse(text, out _, out _).ShouldBeFalse();

    [Fact]
    public void Whatever_parses_is_canonical() =>
        Gen.Select(Gen.Char["am2-."].Array[0, 6], Gen.Char["019.+- "].Array[0, 21]).Sample((batch, digits) =>
        {
            var text = new string(batch) + "." + new string(digits);
            if (OrderId.TryParse(text, out var b, out var seq))
            {
                OrderId.Of(b, seq).ShouldBe(text);
                Slug.IsOne(b).ShouldBeTrue();
                seq.ShouldBeGreaterThan(0);
            }
        }, iter: 100 * Check.Iter);
}
