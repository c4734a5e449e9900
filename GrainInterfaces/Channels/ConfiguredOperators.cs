namespace OrleansSale.GrainInterfaces.Channels;

/// <summary>Who gets which roles at a sign-in. It is read once, at the start.</summary>
/// <param name="options">Settings that <c>OperatorRules</c> has accepted.</param>
public sealed class ConfiguredOperators(OperatorsOptions options)
{
    /// <summary>Whether anybody can have a role who signs in on this channel.</summary>
    public bool AreOn(string channel) => options.Exists(entry => entry.Channel == channel);

    /// <summary>The roles of a person, without repeats.</summary>
    /// <param name="channel">The channel that they signed in on.</param>
    /// <param name="subject">The platform's id of them.</param>
    /// <param name="hasClaim">Whether the platform makes a claim of that name and value about them.</param>
    public string[] RolesOf(string channel, string subject, Func<string, string, bool> hasClaim) =>
    [
        .. options.Where(entry => entry.Channel == channel)
            .Where(entry => entry.Subject is { Length: > 0 } person
                ? person == subject : hasClaim(entry.Claim!, entry.Value!))
            .Select(entry => entry.Role is { Length: > 0 } role ? role : OperatorOptions.DefaultRole)
            .Distinct(StringComparer.Ordinal),
    ];
}
