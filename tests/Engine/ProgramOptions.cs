using System.Net;

namespace OrleansSale.Tests.Engine;

/// <summary>How to start one of the engine's programs.</summary>
/// <param name="Secrets">Its secrets; null: it makes its own and keeps them with the data.</param>
public abstract record ProgramOptions(EngineSecrets? Secrets)
{
    /// <summary>Settings besides, such as <c>Orders:GraceSeconds</c>.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>How long it may take until it is ready, on a machine that does much else. Default: 3 min.</summary>
    public TimeSpan StartWithin { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>Where it listens. Default: loopback.</summary>
    public IPAddress Host { get; init; } = IPAddress.Loopback;

    /// <summary>The port of its HTTP. Default: 0, a free one.</summary>
    public int Port { get; init; }

    /// <summary>
    /// A command that becomes the program, and the words before the program's own, such as <c>ip netns exec a</c>.
    /// </summary>
    public IReadOnlyList<string> Launcher { get; init; } = [];

    /// <summary>
    /// The assembly to run in its place, with its runtime settings and in its folder, such as one that composes it with
    /// another ledger. Default: null, its own.
    /// </summary>
    public string? Assembly { get; init; }

    /// <summary>Called with every line it writes, by one thread at a time.</summary>
    public Action<string>? Wrote { get; init; }

    /// <summary>Its project, the folder that it runs in.</summary>
    internal abstract string Project { get; }

    /// <summary>What of its arguments is its own.</summary>
    private protected abstract IEnumerable<string> OwnArguments();

    internal IEnumerable<string> Arguments(Uri address) =>
    [
        "--urls", address.GetLeftPart(UriPartial.Authority),
        // A network namespace's address is not loopback, which is all that Development listens on.
        .. IPAddress.IsLoopback(Host) ? (string[])[] : ["--Sale:OpenDevelopmentToNetwork=true"],
        .. OwnArguments(),
        .. Settings.Select(setting => $"--{setting.Key}={setting.Value}"),
    ];

    internal IEnumerable<KeyValuePair<string, string>> Variables() =>
    [
        new("ASPNETCORE_ENVIRONMENT", "Development"),
        new("DOTNET_ENVIRONMENT", "Development"),
        .. Secrets?.Variables() ?? [],
    ];
}
