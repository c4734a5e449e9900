using System.Net;
using System.Net.Sockets;

namespace OrleansSale.Tests.Ledger.Postgres;

/// <summary>Stands between a program and a server, and loses what the server answers when it is told to.</summary>
internal sealed class LossyProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _ending = new();
    private readonly int _serverPort;
    private readonly Task _accepting;
    private TaskCompletionSource? _losing;

    public LossyProxy(int serverPort)
    {
        _serverPort = serverPort;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>Where it listens on 127.0.0.1.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>
    /// Loses the server's next answer: it is read and dropped, and the connection cut. Completes when that is done.
    /// </summary>
    public Task LoseNextAnswer()
    {
        var losing = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref _losing, losing);
        return losing.Task;
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        _listener.Stop();
        await _accepting;
        _ending.Dispose();
    }

    private async Task AcceptAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true) connections.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_ending.Token)));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
        }

        await Task.WhenAll(connections);
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        using (var server = new TcpClient())
        {
            await server.ConnectAsync(IPAddress.Loopback, _serverPort);
            var requests = PumpAsync(client, server, isAnswer: false);
            var answers = PumpAsync(server, client, isAnswer: true);
            await Task.WhenAny(requests, answers);
            client.Close();
            server.Close();
            await Task.WhenAll(requests, answers);
        }
    }

    private async Task PumpAsync(TcpClient from, TcpClient to, bool isAnswer)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (await from.GetStream().ReadAsync(buffer, _ending.Token) is > 0 and var length)
            {
                if (isAnswer && Interlocked.Exchange(ref _losing, null) is { } losing)
                {
                    losing.SetResult();
                    return;
                }

                await to.GetStream().WriteAsync(buffer.AsMemory(0, length), _ending.Token);
            }
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException
            or ObjectDisposedException or InvalidOperationException)
        {
            // The other side is gone, or the test is over.
        }
    }
}
