using OrleansSale.Tests.Engine;

namespace OrleansSale.Tests.Crash;

/// <summary>An engine that is started again and again on what it left behind.</summary>
/// <param name="settings">Settings besides the usual ones.</param>
internal sealed class EngineLives(params (string Key, string Value)[] settings) : IDisposable
{
    /// <summary>An answer is bound to 10 s by the engine.</summary>
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(15);

    private readonly ScratchFolder _folder = new();

    public EngineSecrets Secrets { get; } = EngineSecrets.Make();

    /// <summary>Starts the engine on what it left behind.</summary>
    public Task<EngineProcess> StartAsync(CancellationToken cancellationToken) => EngineProcess.StartAsync(
        new EngineOptions(_folder.Path, Secrets)
        {
            // Short, so that holds expire while the engine is down, and payments come too late.
            Settings = settings.Append(("Orders:GraceSeconds", "1")).ToDictionary(),
        },
        cancellationToken);

    public static EngineClient ClientOf(EngineProcess engine) => new(engine.Address, AnswerWithin);

    public void Dispose() => _folder.Dispose();
}
