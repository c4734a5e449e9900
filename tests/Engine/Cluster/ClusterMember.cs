namespace OrleansSale.Tests.Engine.Cluster;

/// <summary>
/// A silo or a front, over all its lives: it is started again with the same ports. Used by one task at a time.
/// </summary>
public sealed class ClusterMember : IAsyncDisposable
{
    /// <summary>Most starts in a row that a database which does not answer in time may end.</summary>
    private const int MaxStarts = 3;

    private readonly ProgramOptions _options;
    private EngineProcess? _process;
    private bool _isFrozen;
    private volatile bool _isUp;

    internal ClusterMember(string name, ProgramOptions options)
    {
        (Name, _options) = (name, options);
        Address = new Uri($"http://{options.Host}:{options.Port}");
    }

    /// <summary>Such as <c>silo 1</c>.</summary>
    public string Name { get; }

    /// <summary>Where its HTTP is.</summary>
    public Uri Address { get; }

    /// <summary>Its process; the last one if it has ended.</summary>
    /// <exception cref="EngineException">It was never started.</exception>
    public EngineProcess Process => _process ?? throw new EngineException($"{Name} was never started");

    /// <summary>Whether its process is there, frozen or not.</summary>
    public bool IsAlive => _process is { HasExited: false };

    /// <summary>
    /// Whether it must answer: from when it is ready until it is ended or frozen. Any thread may ask.
    /// </summary>
    public bool IsUp => _isUp;

    /// <summary>The last lines it wrote, in this life or the last.</summary>
    public string Output => _process is null ? "" : $"--- {Name} ({Address}):\n{_process.Output}";

    /// <summary>Starts it, for the first time or again, and waits until it is ready.</summary>
    /// <exception cref="EngineException">It did not start; the message has what it wrote.</exception>
    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        if (IsAlive) throw new EngineException($"{Name} has not ended");
        if (_process is not null) await _process.DisposeAsync();
        _isFrozen = false;
        for (var start = 1; ; start++)
        {
            try
            {
                _process = await EngineProcess.StartAsync(_options, cancellationToken);
                _isUp = true;
                return;
            }
            // A busy machine may not connect in time. A service manager starts it again.
            catch (EngineException exception) when (start < MaxStarts && exception.Message.Contains(
                "can't be used: it does not answer", StringComparison.Ordinal))
            {
            }
            catch (EngineException exception)
            {
                throw new EngineException($"{Name}: {exception.Message}");
            }
        }
    }

    /// <summary>SIGKILL.</summary>
    public Task KillAsync()
    {
        _isUp = false;
        return Process.KillAsync();
    }

    /// <summary>SIGTERM; SIGKILL if it has not ended by then.</summary>
    /// <returns>Whether it ended by itself, with status 0.</returns>
    public async Task<bool> StopAsync(TimeSpan within)
    {
        Continue();
        _isUp = false;
        return await Process.StopAsync(within);
    }

    /// <summary>SIGSTOP.</summary>
    /// <exception cref="EngineException">It is gone.</exception>
    public void Freeze()
    {
        _isUp = false;
        Process.Freeze();
        _isFrozen = true;
    }

    /// <summary>SIGCONT, if it is frozen.</summary>
    public void Continue()
    {
        if (!_isFrozen) return;
        if (IsAlive) Process.Continue();
        (_isFrozen, _isUp) = (false, IsAlive);
    }

    /// <summary>Makes it go on, if it was frozen; starts it again, if it has ended.</summary>
    public async Task HealAsync(CancellationToken cancellationToken = default)
    {
        Continue();
        if (!IsAlive) await StartAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_process is not null) await _process.DisposeAsync();
    }
}
