namespace OrleansSale.Grains.Batches.Entries;

/// <summary>Names a captured payment. A payment id is unique within its provider.</summary>
/// <param name="Provider">The provider.</param>
/// <param name="Id">The provider's id of the payment.</param>
public readonly record struct PaymentId(string Provider, string Id)
{
    internal void Write(DataWriter to)
    {
        to.Text("provider"u8, Provider);
        to.Text("payment"u8, Id);
    }

    // Few providers have many payments, so their names are interned.
    internal static PaymentId Read(ref DataReader from) =>
        new(string.Intern(from.Text("provider"u8)), from.Text("payment"u8));
}
