namespace OrleansSale.Silo.Cluster;

/// <summary>A silo as a process of its own.</summary>
public static class SiloHost
{
    /// <summary>Runs until it is told to end; the process' status.</summary>
    public static Task<int> RunAsync(string[] args)
    {
        _ = args;
        return Task.FromResult(1);
    }
}
