namespace OrleansSale.Tests.Engine;

/// <summary>How to start the engine.</summary>
/// <param name="DataDirectory">Where its files are.</param>
/// <param name="Secrets">Its secrets.</param>
public sealed record EngineOptions(string DataDirectory, EngineSecrets Secrets)
{
    /// <summary>Settings besides, such as <c>Orders:GraceSeconds</c>.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>How long it may take until it is ready. Default: 60 s.</summary>
    public TimeSpan StartWithin { get; init; } = TimeSpan.FromSeconds(60);

    internal IEnumerable<string> Arguments(Uri address)
    {
        yield return "--urls";
        yield return address.GetLeftPart(UriPartial.Authority);
        yield return $"--Sale:DataDirectory={DataDirectory}";
        yield return "--Sale:Demo=false";
        foreach (var (key, value) in Settings) yield return $"--{key}={value}";
    }

    internal IEnumerable<KeyValuePair<string, string>> Variables() =>
    [
        new("ASPNETCORE_ENVIRONMENT", "Development"),
        new("DOTNET_ENVIRONMENT", "Development"),
        .. Secrets.Variables(),
    ];
}
