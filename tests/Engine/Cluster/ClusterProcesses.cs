namespace OrleansSale.Tests.Engine.Cluster;

/// <summary>
/// A cluster of real processes: silos and fronts, each of which can be ended, frozen and started again. Disposing ends
/// all of them with SIGKILL.
/// </summary>
public sealed class ClusterProcesses : IAsyncDisposable
{
    private static readonly TimeSpan OwnerWithin = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(20);

    /// <summary>Where the fronts' sandbox keeps its file.</summary>
    private readonly ScratchFolder _sandbox = new();

    private ClusterProcesses(ClusterPlan plan)
    {
        var cashier = plan.FirstFrontPort == 0 ? LoopbackPorts.Free() : plan.FirstFrontPort;
        Fronts = [.. Enumerable.Range(0, plan.Fronts).Select(index => Front(plan, index, cashier))];
        Silos = [.. Enumerable.Range(0, plan.Silos).Select(index => Silo(plan, index, Fronts[0].Address))];
    }

    /// <summary>The silos.</summary>
    public IReadOnlyList<ClusterMember> Silos { get; }

    /// <summary>The fronts; the silos take the sandbox of the first one, and all of them have its file.</summary>
    public IReadOnlyList<ClusterMember> Fronts { get; }

    /// <summary>Which silo took which batch, as the silos said.</summary>
    public BatchOwners Owners { get; } = new();

    /// <summary>The last lines of all of them.</summary>
    public string Output => string.Join('\n', Silos.Concat(Fronts).Select(member => member.Output));

    private IEnumerable<ClusterMember> Members => Silos.Concat(Fronts);

    /// <summary>Starts a cluster, and waits until all of it is ready.</summary>
    /// <exception cref="EngineException">One did not start; the message has what it wrote.</exception>
    public static async Task<ClusterProcesses> StartAsync(
        ClusterPlan plan, CancellationToken cancellationToken = default)
    {
        var cluster = new ClusterProcesses(plan);
        try
        {
            await cluster.HealAsync(cancellationToken);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Makes the frozen go on and starts those that have ended, all of them at once; returns when all are ready.
    /// </summary>
    public async Task HealAsync(CancellationToken cancellationToken = default)
    {
        var silos = Silos.Select(silo => silo.HealAsync(cancellationToken)).ToList();

        // A front joins the cluster through a silo.
        await await Task.WhenAny(silos);
        await Task.WhenAll([.. silos, .. Fronts.Select(front => front.HealAsync(cancellationToken))]);
    }

    /// <summary>SIGTERM to the fronts, and to the silos when those have ended.</summary>
    /// <returns>The names of those that did not end by themselves, with status 0.</returns>
    public async Task<IReadOnlyList<string>> StopAsync(TimeSpan within)
    {
        var bad = new List<string>();
        foreach (var members in (IReadOnlyList<ClusterMember>[])[Fronts, Silos])
        {
            var stopped = await Task.WhenAll(members.Where(member => member.IsAlive)
                .Select(async member => (member.Name, Well: await member.StopAsync(within))));
            bad.AddRange(stopped.Where(member => !member.Well).Select(member => member.Name));
        }

        return bad;
    }

    /// <summary>The silo that took the batch last.</summary>
    /// <exception cref="EngineException">None did in time.</exception>
    public Task<ClusterMember> OwnerAsync(string batch) => OwnerAsync(batch, other: null);

    /// <summary>The silo that took the batch last, once that is not the other one.</summary>
    /// <exception cref="EngineException">None did in time.</exception>
    public async Task<ClusterMember> OwnerAsync(string batch, ClusterMember? other)
    {
        using var patience = new CancellationTokenSource(OwnerWithin);
        while (!patience.IsCancellationRequested)
        {
            if (Owners.Of(batch) is { } owner && Silos[owner] != other) return Silos[owner];
            await Task.Delay(PollInterval, CancellationToken.None); // bounded poll
        }

        throw new EngineException($"no silo took {batch} within {OwnerWithin.TotalSeconds:0} s:\n{Output}");
    }

    /// <summary>A client that begins with one of the fronts and goes to the next one if that is gone.</summary>
    /// <param name="first">The front it begins with, modulo their number.</param>
    /// <param name="answerWithin">How long an answer may take before it counts as none.</param>
    /// <param name="patience">For how long it asks again after a 503.</param>
    public EngineClient Client(int first, TimeSpan answerWithin, TimeSpan patience = default)
    {
        var addresses = Fronts.Select((_, index) => Fronts[(first + index) % Fronts.Count].Address).ToList();
        return new EngineClient(addresses, Fronts[0].Address, answerWithin, patience);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(Members.Select(member => member.DisposeAsync().AsTask()));
        _sandbox.Dispose();
    }

    private ClusterMember Front(ClusterPlan plan, int index, int firstPort)
    {
        var port = index == 0 ? firstPort : plan.FirstFrontPort == 0
            ? LoopbackPorts.Free()
            : plan.FirstFrontPort + index;
        return new($"front {index + 1}", new FrontOptions(
            plan.Identity, _sandbox.Path, plan.Secrets)
        {
            Port = port,
            Launcher = plan.Launcher,
            Settings = Settings(plan),
            Wrote = Log(plan, $"front-{index + 1}"),
        });
    }

    private ClusterMember Silo(ClusterPlan plan, int index, Uri cashier)
    {
        var place = plan.Places.ElementAtOrDefault(index);
        var identity = place is null ? plan.Identity : plan.Identity with { ConnectionString = place.ConnectionString };
        var log = Log(plan, $"silo-{index + 1}");
        var options = new SiloOptions(identity, LoopbackPorts.Free(), LoopbackPorts.Free(), plan.Secrets)
        {
            Port = LoopbackPorts.Free(),
            Launcher = [.. place?.Launcher ?? [], .. plan.Launcher],
            Settings = Settings(plan),
            Cashier = cashier,
            Wrote = line =>
            {
                Owners.Read(index, line);
                log?.Invoke(line);
            },
        };
        return new($"silo {index + 1}", place is null ? options : options with { Host = place.Host });
    }

    private static Action<string>? Log(ClusterPlan plan, string name)
    {
        if (plan.LogDirectory is null) return null;
        var file = Path.Combine(
            Directory.CreateDirectory(plan.LogDirectory).FullName, $"{plan.Identity.ClusterId}-{name}.log");
        return line => File.AppendAllText(file, $"{DateTime.UtcNow:HH:mm:ss.fff} {line}\n");
    }

    private static Dictionary<string, string> Settings(ClusterPlan plan) =>
        new(plan.Settings) { ["Sale:Demo"] = plan.Demo ? "true" : "false" };
}
