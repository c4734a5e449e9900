using OrleansSale.Silo.Settings;

namespace OrleansSale.Silo.Starting;

/// <summary>
/// Refuses arguments that the host would ignore: arguments in an unknown form, and unknown names.
/// </summary>
public static class CommandLine
{
    /// <summary>
    /// How long to wait for a database that can't be used yet, in seconds: <c>--wait-for-database SECONDS</c>,
    /// 0…86,400; 0 by default.
    /// </summary>
    public const string WaitKey = "wait-for-database";

    // Keys that the host and its components read, besides our sections. A name covers all keys that begin with it and a
    // colon.
    private static readonly string[] OthersNames =
    [
        "urls", "http_ports", "https_ports", "preferHostingUrls", "environment", "contentRoot", "webRoot",
        "applicationName", "AllowedHosts", "Logging", "Kestrel", "hostBuilder", "shutdownTimeoutSeconds",
        "detailedErrors", "captureStartupErrors", "suppressStatusMessages", "hostingStartupAssemblies",
        "hostingStartupExcludeAssemblies", "preventHostingStartup", "forwardedHeaders_Enabled",
        "disableDefaultHostFilter", WaitKey,
    ];

    // OpenTelemetry's own settings, such as OTEL_SERVICE_NAME.
    private const string TelemetryPrefix = "OTEL_";

    /// <summary>Checks all arguments of a program.</summary>
    /// <exception cref="StartException">An argument is invalid; the message names it.</exception>
    public static void Require(IReadOnlyList<string> args)
    {
        for (var i = 0; i < args.Count; i++)
        {
            var name = NameOf(args[i])
                ?? throw new StartException($"{args[i]} is not understood: settings are given as --key=value.");
            var equals = name.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0 && IsKnown(name)
                && (++i == args.Count || args[i].StartsWith("--", StringComparison.Ordinal)))
                throw new StartException($"--{name} needs a value.");
            var key = equals < 0 ? name : name[..equals];
            if (!IsKnown(key)) throw Unknown(key);
        }
    }

    private static string? NameOf(string argument) =>
        argument.StartsWith("--", StringComparison.Ordinal) ? argument[2..]
        : argument.StartsWith('-') ? null
        : argument.StartsWith('/') ? argument[1..]
        : argument.Contains('=', StringComparison.Ordinal) ? argument : null;

    // The check of the settings covers keys below our sections.
    private static bool IsKnown(string key)
    {
        var top = key.Split(':')[0];
        return KnownSettings.Sections.ContainsKey(top)
            || OthersNames.Contains(top, StringComparer.OrdinalIgnoreCase)
            || top.StartsWith(TelemetryPrefix, StringComparison.OrdinalIgnoreCase);
    }

    private static StartException Unknown(string key) => new(NearKey.Of(key) is { } near
        ? $"There is no setting --{key}. Did you mean --{near}?"
        : $"There is no setting --{key}: README.md lists the settings.");
}
