using OrleansSale.Api.Http;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Texts;

namespace OrleansSale.Api.Sales.Orders;

/// <summary>Reads where to deliver: what a courier could find somebody by, in any script.</summary>
public static class DeliveryInput
{
    /// <summary>Longest name, in UTF-16 code units.</summary>
    public const int MaxNameLength = 100;

    /// <summary>Longest address, in UTF-16 code units.</summary>
    public const int MaxAddressLength = 500;

    /// <summary>Fewest characters of an address that can be seen.</summary>
    public const int MinAddressLength = 2;

    /// <summary>The details; worthless if a field did not fit (<see cref="Fields.Problem"/>).</summary>
    public static Delivery Read(Fields fields) =>
        new(fields.Line("name", 1, MaxNameLength), ReadPhone(fields), ReadAddress(fields));

    private static string ReadPhone(Fields fields)
    {
        var phone = PhoneNumber.Normalise(fields.Line("phone", 1, PhoneNumber.MaxLength));
        if (PhoneNumber.IsNumber(phone)) return phone;
        var isShort = PhoneNumber.CountDigits(phone) < PhoneNumber.MinDigits;
        fields.Fail("phone", $"must be a telephone number of at least {PhoneNumber.MinDigits} digits, such as +86 138 0013 8000",
            isShort ? FieldFault.TooShort : FieldFault.Malformed);
        return phone;
    }

    private static string ReadAddress(Fields fields)
    {
        var address = fields.Lines("address", MinAddressLength, MaxAddressLength);
        if (PlainText.CountVisible(address) < MinAddressLength)
            fields.Fail("address", $"must have at least {MinAddressLength} characters", FieldFault.TooShort);
        return address;
    }
}
