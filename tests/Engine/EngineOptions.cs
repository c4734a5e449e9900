namespace OrleansSale.Tests.Engine;

/// <summary>How to start the engine in one process, front and silo, on files of its own.</summary>
/// <param name="DataDirectory">Where its files are.</param>
/// <param name="Secrets">Its secrets.</param>
public sealed record EngineOptions(string DataDirectory, EngineSecrets? Secrets) : ProgramOptions(Secrets)
{
    internal override string Project => "Api";

    private protected override IEnumerable<string> OwnArguments() =>
        [$"--Sale:DataDirectory={DataDirectory}", "--Sale:Demo=false"];
}
