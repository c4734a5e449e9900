using Microsoft.Extensions.Configuration;
using OrleansSale.GrainInterfaces.Channels;

namespace OrleansSale.Silo.Channels;

/// <summary>Reads <c>Operators:</c> for a process.</summary>
public static class OperatorSettings
{
    /// <summary>
    /// Reads who gets a role at a sign-in. If the settings name nobody, it is one user of the sandbox on each channel
    /// that uses it.
    /// </summary>
    /// <param name="configuration">The settings.</param>
    /// <param name="channels">The platforms.</param>
    /// <param name="atSandbox">The name of the user of the sandbox who is an operator then.</param>
    /// <exception cref="StartException">A setting is missing or wrong; the message names each.</exception>
    public static ConfiguredOperators Read(
        IConfiguration configuration, ConfiguredChannels channels, string atSandbox)
    {
        // The section has other settings, too: the entries are numbered.
        var options = new OperatorsOptions();
        options.AddRange(configuration.GetSection(OperatorsOptions.Section).GetChildren()
            .Where(entry => entry.Key.All(char.IsAsciiDigit))
            .Select(entry => entry.Get<OperatorOptions>() ?? new OperatorOptions()));
        if (options.Count == 0) options.AddRange(AtSandbox(channels, atSandbox));
        var faults = OperatorRules.FaultsOf(options, channels).ToList();
        if (faults.Count > 0) throw new StartException(string.Join(' ', faults));
        return new ConfiguredOperators(options);
    }

    private static IEnumerable<OperatorOptions> AtSandbox(ConfiguredChannels channels, string name) =>
        channels.All.Where(channel => channel.SignIn is { IsAtSandbox: true })
            .Select(channel => new OperatorOptions { Channel = channel.Id, Subject = name });
}
