using OrleansSale.GrainInterfaces.Channels;
using OrleansSale.GrainInterfaces.Users;

namespace OrleansSale.Silo.Channels;

/// <summary>What <c>Operators:…</c> may be.</summary>
public static class OperatorRules
{
    /// <summary>The faults, a line each; each names its key.</summary>
    public static IEnumerable<string> FaultsOf(OperatorsOptions options, ConfiguredChannels channels)
    {
        if (options.Count > OperatorsOptions.MaxOperators)
            yield return $"Operators has {options.Count} entries: at most {OperatorsOptions.MaxOperators} can be set.";
        for (var i = 0; i < options.Count; i++)
            foreach (var fault in FaultsOf($"{OperatorsOptions.Section}:{i}", options[i], channels)) yield return fault;
    }

    private static IEnumerable<string> FaultsOf(string path, OperatorOptions entry, ConfiguredChannels channels)
    {
        if (string.IsNullOrEmpty(entry.Channel))
            yield return $"{path}:Channel is missing: the channel that the operator signs in on.";
        else if (!channels.TryFind(entry.Channel, out var channel))
            yield return $"{path}:Channel is {entry.Channel}, which is no channel: there is {channels.Ids}.";
        else if (channel.SignIn is null)
            yield return $"{path}:Channel is {entry.Channel}, whose users cannot sign in: "
                + $"Channels:{entry.Channel}:SignIn is not set.";
        var (hasSubject, hasClaim) = (!string.IsNullOrEmpty(entry.Subject), !string.IsNullOrEmpty(entry.Claim));
        if (hasSubject == hasClaim)
            yield return $"{path} needs {(hasSubject ? "only one of" : "one of")} Subject and Claim: the platform's id "
                + "of a person, or the name of a claim.";
        if (hasSubject && !UserId.IsSubject(entry.Subject))
            yield return $"{path}:Subject must be 1 to {UserId.MaxSubjectLength} printable characters without / and :.";
        if (hasClaim && string.IsNullOrEmpty(entry.Value))
            yield return $"{path}:Value is missing: what the claim {entry.Claim} must be.";
        if (!hasClaim && !string.IsNullOrEmpty(entry.Value))
            yield return $"{path}:Value is that of a claim, and {path}:Claim is missing.";
        if (!string.IsNullOrEmpty(entry.Role) && !UserId.IsChannel(entry.Role))
            yield return $"{path}:Role must be 1 to {UserId.MaxChannelLength} lower-case letters, digits and hyphens.";
    }
}
