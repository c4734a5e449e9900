using System.ComponentModel;

namespace OrleansSale.GrainInterfaces.Channels;

/// <summary>Settings <c>Operators:{index}:…</c>: who gets a role when they sign in on a channel.</summary>
[DisplayName("index")]
public sealed class OperatorsOptions : List<OperatorOptions>
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Operators";

    /// <summary>Most entries.</summary>
    public const int MaxOperators = 1_000;
}

/// <summary>
/// One person by their subject, or everybody about whom the platform makes a claim, such as the members of a group.
/// </summary>
public sealed class OperatorOptions
{
    /// <summary>The role when none is named: it runs sales.</summary>
    public const string DefaultRole = "operator";

    /// <summary>The channel that they sign in on.</summary>
    public string? Channel { get; set; }

    /// <summary>The platform's own id of the person. Exclusive with <see cref="Claim"/>.</summary>
    public string? Subject { get; set; }

    /// <summary>The name of a claim that the platform makes, such as <c>groups</c>.</summary>
    public string? Claim { get; set; }

    /// <summary>What the claim must be.</summary>
    public string? Value { get; set; }

    /// <summary>What they become: <c>[a-z0-9-]{1,32}</c>, <c>operator</c> by default.</summary>
    public string? Role { get; set; }
}
