namespace OrleansSale.Grains.Batches.Entries;

/// <summary>A captured payment: ids count per provider.</summary>
/// <param name="Provider">The provider.</param>
/// <param name="Id">The provider's id of the payment.</param>
public readonly record struct PaymentId(string Provider, string Id)
{
    internal void Write(DataWriter to)
    {
        to.Text("provider"u8, Provider);
        to.Text("payment"u8, Id);
    }

    // There are few providers and many payments.
    internal static PaymentId Read(ref DataReader from) =>
        new(string.Intern(from.Text("provider"u8)), from.Text("payment"u8));
}
