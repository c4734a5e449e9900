namespace OrleansSale.GrainInterfaces.Orders;

/// <summary>An amount of money in minor units (199900 CNY is ¥1,999.00).</summary>
/// <param name="Amount">Minor units, 0 or more.</param>
/// <param name="Currency">ISO 4217 code: three capital letters.</param>
[GenerateSerializer, Immutable, Alias("OrleansSale.Money")]
public readonly record struct Money([property: Id(0)] long Amount, [property: Id(1)] string Currency)
{
    /// <summary>
    /// The price of <paramref name="quantity"/> things. Throws on overflow: prices and quantities are bounded far below
    /// it.
    /// </summary>
    public static Money operator *(Money price, int quantity) =>
        price with { Amount = checked(price.Amount * quantity) };
}
