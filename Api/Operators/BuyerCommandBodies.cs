using System.Text.Json.Serialization;
using OrleansSale.Api.Http;
using OrleansSale.Api.Http.Bodies;
using OrleansSale.Api.Sales.Orders;
using OrleansSale.Api.SignIn;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;

namespace OrleansSale.Api.Operators;

/// <summary>Units for a user.</summary>
/// <param name="User">The user, such as <c>weibo:alice</c>: of a channel of the batch.</param>
/// <param name="Reason">
/// Why: <c>unstated</c>, <c>buyer-request</c>, <c>suspected-fraud</c>, <c>undeliverable</c>, <c>mistake</c> or
/// <c>other</c>.
/// </param>
/// <param name="Units">How many: 1…100, 1 by default. The limit per user holds.</param>
public sealed record GrantBody(
    [property: User] string User, [property: ReasonCode] string Reason,
    [property: WholeNumber(1, BatchTerms.MaxPerUserLimit)] int? Units = null);

/// <summary>The reason for a command about one order.</summary>
/// <param name="Reason">
/// Why: <c>unstated</c>, <c>buyer-request</c>, <c>suspected-fraud</c>, <c>undeliverable</c>, <c>mistake</c> or
/// <c>other</c>.
/// </param>
public sealed record ReasonCodeBody([property: ReasonCode] string Reason);

/// <summary>A shipment.</summary>
/// <param name="Tracking">The carrier's reference, which the buyer sees: one line of 1–100 characters.</param>
/// <param name="Reason">
/// Why: <c>unstated</c> (by default), <c>buyer-request</c>, <c>suspected-fraud</c>, <c>undeliverable</c>,
/// <c>mistake</c> or <c>other</c>.
/// </param>
public sealed record ShipBody(
    [property: Line(1, 100)] string Tracking, [property: ReasonCode] string? Reason = null);

/// <summary>Which command to approve.</summary>
/// <param name="Key">The command's key, as its answer and the list of proposals have it: 22 characters.</param>
public sealed record ApproveBody([property: CommandKey] string Key);

/// <summary>What an approval did.</summary>
/// <param name="Effect"><c>done</c>, or <c>already-so</c>: nothing had to change.</param>
/// <param name="Order">The order that was made or revived; left out: the command concerns none.</param>
public sealed record ApprovedBody(
    [property: JsonConverter(typeof(KebabCase<Effect>))] Effect Effect,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] OperatorOrderBody? Order);

/// <summary>The code of a reason.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ReasonCodeAttribute()
    : GrammarAttribute($"^({string.Join('|', ReasonNames.All)})$", $"one of {string.Join(", ", ReasonNames.All)}")
{
    /// <inheritdoc/>
    protected override bool Fits(string text) => ReasonNames.All.Contains(text);
}

/// <summary>The hash of a command's key.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class CommandKeyAttribute()
    : GrammarAttribute("^[A-Za-z0-9_-]{22}$", "a command's key of 22 characters")
{
    /// <inheritdoc/>
    protected override bool Fits(string text) => KeyHash.TryParse(text, out _);
}
