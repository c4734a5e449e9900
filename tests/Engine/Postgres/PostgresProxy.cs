using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace OrleansSale.Tests.Engine.Postgres;

/// <summary>
/// Stands between clients and a PostgreSQL and breaks what is between them: cuts connections, falls silent, or loses
/// the answer to a statement that the server has executed.
/// </summary>
public sealed class PostgresProxy : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly int _serverPort;
    private readonly ConcurrentDictionary<ProxyLink, bool> _links = new();
    private readonly CancellationTokenSource _ends = new();
    private readonly Task _accepting;
    private TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private AnswerToLose? _toLose;

    private PostgresProxy(IPAddress host, int serverPort)
    {
        _serverPort = serverPort;
        _open.SetResult();
        _listener = new TcpListener(host, LoopbackPorts.Free());
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>Where clients connect to.</summary>
    public IPEndPoint Address => (IPEndPoint)_listener.LocalEndpoint;

    /// <summary>Connections that are open.</summary>
    public int Links => _links.Count;

    /// <summary>Starts a proxy on loopback.</summary>
    public static PostgresProxy Start(PostgresServer server) => Start(server, IPAddress.Loopback);

    /// <summary>Starts a proxy on an address of this machine.</summary>
    public static PostgresProxy Start(PostgresServer server, IPAddress host) => new(host, server.Port);

    /// <summary>The connection string, through the proxy.</summary>
    public string Through(string connectionString) => new NpgsqlConnectionStringBuilder(connectionString)
    {
        Host = Address.Address.ToString(),
        Port = Address.Port,
        // What is encrypted can't be followed.
        SslMode = SslMode.Disable,
    }.ConnectionString;

    /// <summary>Cuts one of the connections, on both sides.</summary>
    /// <returns>False: there is none.</returns>
    public bool CutOne(Random random)
    {
        var links = _links.Keys.ToArray();
        if (links.Length == 0) return false;
        links[random.Next(links.Length)].Cut();
        return true;
    }

    /// <summary>Cuts all of them.</summary>
    public void CutAll()
    {
        foreach (var link in _links.Keys) link.Cut();
    }

    /// <summary>Forwards nothing any more, and closes nothing: as if a cable were pulled.</summary>
    public void FallSilent() => _open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Forwards again, what waited first.</summary>
    public void SpeakAgain() => _open.TrySetResult();

    /// <summary>
    /// The next time a statement is executed that this is true of, its answer is lost and the connection cut: the
    /// server has done it, the client can't know.
    /// </summary>
    /// <returns>Completes when that has happened.</returns>
    public Task LoseAnswerAsync(Func<string, bool> isIt)
    {
        var lost = new AnswerToLose(isIt);
        _toLose = lost;
        return lost.Task;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _ends.CancelAsync();
        _listener.Dispose();
        await _accepting;
        SpeakAgain();
        CutAll();
        _ends.Dispose();
    }

    /// <summary>The answer to lose if this statement is the one; it is lost once.</summary>
    internal AnswerToLose? Claim(string statement) =>
        _toLose is { } toLose && toLose.IsIt(statement)
            && Interlocked.CompareExchange(ref _toLose, null, toLose) == toLose
            ? toLose
            : null;

    /// <summary>Returns once bytes may pass.</summary>
    internal Task MayPassAsync() => _open.Task;

    private async Task AcceptAsync()
    {
        try
        {
            while (true) _ = ServeAsync(await _listener.AcceptSocketAsync(_ends.Token));
        }
        catch (Exception exception)
            when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The end.
        }
    }

    private async Task ServeAsync(Socket client)
    {
        using var server = new Socket(SocketType.Stream, ProtocolType.Tcp);
        var link = new ProxyLink(this, client, server);
        _links.TryAdd(link, true);
        await link.RunAsync(new IPEndPoint(IPAddress.Loopback, _serverPort));
        _links.TryRemove(link, out _);
    }
}

/// <summary>A statement whose answer is to be lost; completes when it is.</summary>
internal sealed class AnswerToLose(Func<string, bool> isIt)
    : TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)
{
    /// <summary>Whether it is this one.</summary>
    public bool IsIt(string statement) => isIt(statement);
}
