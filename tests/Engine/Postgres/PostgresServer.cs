using System.Diagnostics;
using Npgsql;

namespace OrleansSale.Tests.Engine.Postgres;

/// <summary>
/// A PostgreSQL of Debian's package as a process of its own: a folder, a free port on loopback, TCP only, synced as a
/// stock server is (fsync and synchronous_commit on). Disposing ends it, and deletes the folder.
/// </summary>
public sealed class PostgresServer : IAsyncDisposable
{
    private const string Superuser = "sale";
    private const string PackageFolder = "/usr/lib/postgresql";
    private const string Unprivileged = "postgres";
    private const string WhatItDoes =
        "SELECT 'PostgreSQL ' || current_setting('server_version') || ', fsync=' || current_setting('fsync') || " +
        "', synchronous_commit=' || current_setting('synchronous_commit')";

    private static readonly TimeSpan StartWithin = TimeSpan.FromMinutes(2), StopWithin = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(20);

    private readonly string _programs = FindPrograms();
    private readonly ScratchFolder _folder = new();
    private readonly IReadOnlyDictionary<string, string> _settings;
    private Process? _process;
    private ProcessOutput? _output;

    private PostgresServer(IReadOnlyDictionary<string, string> settings)
    {
        (_settings, Port) = (settings, LoopbackPorts.Free());
        AppDomain.CurrentDomain.ProcessExit += EndWithUs;
    }

    /// <summary>Where it listens on 127.0.0.1.</summary>
    public int Port { get; }

    /// <summary>The server's process; it has children of its own.</summary>
    public int ProcessId => _process!.Id;

    /// <summary>The last lines it wrote.</summary>
    public string Output => _output?.Text ?? "";

    /// <summary>Creates a server in a folder that goes with it, and starts it.</summary>
    /// <param name="settings">Server settings besides, by name.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="EngineException">PostgreSQL is not installed, or did not start.</exception>
    public static async Task<PostgresServer> StartAsync(
        IReadOnlyDictionary<string, string>? settings = null, CancellationToken cancellationToken = default)
    {
        var server = new PostgresServer(settings ?? new Dictionary<string, string>());
        try
        {
            await server.CreateAsync(cancellationToken);
            await server.StartAgainAsync(cancellationToken);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>The connection string of a database, for its owner.</summary>
    public string ConnectionString(string database) =>
        $"Host=127.0.0.1;Port={Port};Username={Superuser};Database={database}";

    /// <summary>Makes an empty database and returns its connection string.</summary>
    public async Task<string> CreateDatabaseAsync(string name, CancellationToken cancellationToken = default)
    {
        await ExecuteAsync("postgres", $"CREATE DATABASE \"{name}\"", cancellationToken);
        return ConnectionString(name);
    }

    /// <summary>Runs a statement as superuser, on a connection of its own.</summary>
    public Task ExecuteAsync(string database, string sql, CancellationToken cancellationToken = default) =>
        AskAsync(database, sql, cancellationToken);

    /// <summary>Runs a query as superuser, on a connection of its own; the first value, or null.</summary>
    public async Task<object?> AskAsync(string database, string sql, CancellationToken cancellationToken = default)
    {
        await using var connection = new NpgsqlConnection(ConnectionString(database) + ";Pooling=false");
        await connection.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(cancellationToken);
    }

    /// <summary>Its version and what it does before it acknowledges a commit, in its own words.</summary>
    public async Task<string> AskDurabilityAsync(CancellationToken cancellationToken = default) =>
        (string)(await AskAsync("postgres", WhatItDoes, cancellationToken))!;

    /// <summary>
    /// Stops it as an operator would in a hurry: connections are cut, what is committed stays (SIGINT).
    /// </summary>
    public async Task StopAsync()
    {
        if (_process is not { HasExited: false } process) return;
        _ = Signals.Interrupt(process.Id);
        using var patience = new CancellationTokenSource(StopWithin);
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            await KillAsync();
        }
    }

    /// <summary>Freezes the server and all its sessions (SIGSTOP): it is there and answers nothing.</summary>
    public void Freeze() => _ = ProcessTree.Read().Members(ProcessId).All(Signals.Freeze);

    /// <summary>Lets a frozen server go on.</summary>
    public void Continue() => _ = ProcessTree.Read().Members(ProcessId).All(Signals.Continue);

    /// <summary>SIGKILL to the server: as a crash of the machine, short of what its disk does not keep.</summary>
    public async Task KillAsync()
    {
        if (_process is not { HasExited: false } process) return;
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
    }

    /// <summary>Starts it on what it left behind, on the same port; returns when it takes connections.</summary>
    public async Task StartAgainAsync(CancellationToken cancellationToken = default)
    {
        _output?.Dispose();
        _process?.Dispose();
        var settings = _settings.SelectMany(setting => (string[])["-c", $"{setting.Key}={setting.Value}"]);
        _process = Process.Start(CommandOf(
            "postgres",
            ["-D", _folder.Path, "-p", $"{Port}", "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=",
                .. settings]))!;
        _output = new ProcessOutput(_process);
        var started = Stopwatch.GetTimestamp();
        while (!await AcceptsAsync(cancellationToken))
        {
            if (_process.HasExited || Stopwatch.GetElapsedTime(started) > StartWithin)
                throw new EngineException($"PostgreSQL did not start:\n{Output}");
            await Task.Delay(PollInterval, cancellationToken); // bounded poll
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        AppDomain.CurrentDomain.ProcessExit -= EndWithUs;
        await KillAsync();
        _output?.Dispose();
        _process?.Dispose();
        _folder.Dispose();
    }

    /// <summary>The folder of the newest installed version.</summary>
    /// <exception cref="EngineException">PostgreSQL is not installed.</exception>
    internal static string FindPrograms()
    {
        var versions = Directory.Exists(PackageFolder) ? Directory.GetDirectories(PackageFolder) : [];
        return versions.Select(version => Path.Combine(version, "bin"))
            .Where(programs => File.Exists(Path.Combine(programs, "postgres")))
            .OrderByDescending(programs => programs, StringComparer.Ordinal).FirstOrDefault()
            ?? throw new EngineException("PostgreSQL is not installed: apt-get install postgresql");
    }

    private async Task CreateAsync(CancellationToken cancellationToken)
    {
        // It refuses to run as root.
        if (Environment.IsPrivilegedProcess)
            await RequireAsync(new ProcessStartInfo("chown", [Unprivileged, _folder.Path]), cancellationToken);
        await RequireAsync(
            CommandOf(
                "initdb",
                ["-D", _folder.Path, "-U", Superuser, "-A", "trust", "-E", "UTF8", "--no-locale", "--no-instructions"]),
            cancellationToken);
    }

    private async Task<bool> AcceptsAsync(CancellationToken cancellationToken)
    {
        try
        {
            await ExecuteAsync("postgres", "SELECT 1", cancellationToken);
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    private ProcessStartInfo CommandOf(string program, IEnumerable<string> arguments)
    {
        // Both commands become the program, so the process that is started is the server itself. It gets a session of
        // its own. So an interrupt at the terminal reaches only its starter, who ends the server last.
        string[] become = Environment.IsPrivilegedProcess
            ? ["setsid", "setpriv", $"--reuid={Unprivileged}", $"--regid={Unprivileged}", "--clear-groups"]
            : ["setsid"];
        return new ProcessStartInfo(become[0], [.. become[1..], Path.Combine(_programs, program), .. arguments])
        {
            WorkingDirectory = Path.GetTempPath(),
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
    }

    private static async Task RequireAsync(ProcessStartInfo command, CancellationToken cancellationToken)
    {
        var (status, text) = await ExternalProgram.RunAsync(command, cancellationToken);
        if (status != 0) throw new EngineException($"{command.FileName} failed:\n{text}");
    }

    private void EndWithUs(object? sender, EventArgs ended)
    {
        if (_process is { HasExited: false } process) process.Kill(entireProcessTree: true);
    }
}
