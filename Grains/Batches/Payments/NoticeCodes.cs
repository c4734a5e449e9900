using System.Diagnostics.CodeAnalysis;
using OrleansSale.GrainInterfaces.Payments;

namespace OrleansSale.Grains.Batches.Payments;

/// <summary>
/// What moved money elsewhere, as the ledger writes it: <c>refund re_1</c>, <c>dispute dp_1</c>, or how an operator
/// says that it was paid back.
/// </summary>
public static class ElsewhereCodes
{
    private const string RefundPrefix = "refund ", DisputePrefix = "dispute ";

    private static readonly string[] ByHand = ["bank-transfer", "cash", "provider", "other"];

    /// <summary>A refund at the provider that the engine did not request.</summary>
    public static string OfRefund(string refund) => RefundPrefix + refund;

    /// <summary>A dispute that the payer won.</summary>
    public static string OfDispute(string dispute) => DisputePrefix + dispute;

    /// <summary>How an operator says that it was paid back.</summary>
    public static string Of(SettledHow how) => ByHand[(int)how];

    /// <summary>The refund that a code names; false: it names none.</summary>
    public static bool TryReadRefund(string code, [NotNullWhen(true)] out string? refund)
    {
        var isOne = code.Length > RefundPrefix.Length && code.StartsWith(RefundPrefix, StringComparison.Ordinal);
        refund = isOne ? code[RefundPrefix.Length..] : null;
        return isOne;
    }

    /// <summary>Whether a code names a dispute.</summary>
    public static bool IsDispute(string code) =>
        code.Length > DisputePrefix.Length && code.StartsWith(DisputePrefix, StringComparison.Ordinal);

    /// <summary>Whether a code says how an operator paid it back.</summary>
    public static bool IsByHand(string code) => Array.IndexOf(ByHand, code) >= 0;
}

/// <summary>
/// How far a dispute is, as the ledger writes it: <c>open dp_1</c>, <c>won dp_1</c>, <c>lost dp_1</c>.
/// </summary>
public static class DisputeCodes
{
    private static readonly string[] States = ["open", "won", "lost"];

    /// <summary>The code.</summary>
    public static string Of(string dispute, DisputeState state) => $"{States[(int)state]} {dispute}";

    /// <summary>Reads a code; false: it is none.</summary>
    public static bool TryRead(string code, out string dispute, out DisputeState state)
    {
        var space = code.IndexOf(' ', StringComparison.Ordinal);
        var index = space < 0 ? -1 : Array.IndexOf(States, code[..space]);
        (dispute, state) = (code[(space + 1)..], (DisputeState)Math.Max(index, 0));
        return index >= 0 && dispute.Length > 0;
    }
}
