using OrleansSale.Tests.Engine;

namespace OrleansSale.Tests.Load.Compare.Stages;

/// <summary>Stops and continues all processes of a contender: it must not tick while another is measured.</summary>
internal static class Frost
{
    /// <summary>The web server first: nothing is asked of a store that is about to stop.</summary>
    public static void Freeze(Stage stage) => Send(stage, [stage.HostProcess, stage.StoreProcess], Signals.Freeze);

    /// <summary>The store first: the web server that asks it finds it awake.</summary>
    public static void Thaw(Stage stage) => Send(stage, [stage.StoreProcess, stage.HostProcess], Signals.Continue);

    private static void Send(Stage stage, int?[] processes, Func<int, bool> signal)
    {
        var tree = ProcessTree.Read();
        foreach (var process in processes.OfType<int>())
        {
            // A child may have ended since; the process itself may not.
            if (!signal(process)) throw new EngineException($"a contender's process has ended:\n{stage.Output}");
            foreach (var child in tree.Members(process).Skip(1)) _ = signal(child);
        }
    }
}
