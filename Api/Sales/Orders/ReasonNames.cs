using OrleansSale.Api.Http;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Texts;

namespace OrleansSale.Api.Sales.Orders;

/// <summary>The names of operators' reasons for one order or place, as requests give them: a closed set.</summary>
public static class ReasonNames
{
    private static readonly Dictionary<string, CancelReason> Names = Enum.GetValues<CancelReason>()
        .Where(reason => reason != CancelReason.Recalled)
        .ToDictionary(reason => WireName.Of(reason), StringComparer.Ordinal);

    /// <summary>All names.</summary>
    public static IReadOnlyCollection<string> All => Names.Keys;

    /// <summary>The reason of a name.</summary>
    public static CancelReason Of(string name) => Names[name];

    /// <summary>Reads a reason; unstated if there is none. The problem if it is not one of them.</summary>
    public static Problem? Read(string? reason, out CancelReason read)
    {
        read = CancelReason.Unstated;
        return reason is null || Names.TryGetValue(reason, out read)
            ? null
            : Problem.Invalid("reason", $"must be one of {string.Join(", ", Names.Keys)}");
    }
}
