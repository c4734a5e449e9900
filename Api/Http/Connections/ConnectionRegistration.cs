using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using OrleansSale.GrainInterfaces;

namespace OrleansSale.Api.Http.Connections;

/// <summary>Adds the bounds of the clients' connections.</summary>
public static partial class ConnectionRegistration
{
    // TCP_USER_TIMEOUT of Linux, in milliseconds. Accepted connections inherit it from the listening socket.
    private const int TcpLevel = 6, TcpUserTimeout = 18;

    /// <summary>Adds the bounds for this many open files.</summary>
    public static void AddConnections(this WebApplicationBuilder builder, int openFiles)
    {
        builder.Services.AddOptions<ConnectionOptions>().BindConfiguration("Sale")
            .PostConfigure(options => options.Follow(openFiles))
            .ValidateDataAnnotations()
            .Validate(
                options => options.MaxStreams < options.MaxConnections,
                "Sale:MaxStreams must be less than Sale:MaxConnections.")
            .ValidateOnStart();
        builder.Services.AddSingleton<OpenConnections>();
        builder.Services.AddSingleton<IConnectionListenerFactory, CountedListeners>();
        builder.Services.AddOptions<KestrelServerOptions>()
            .PostConfigure<OpenConnections>((server, connections) => connections.Govern(server.Limits));
        builder.Services.AddOptions<SocketTransportOptions>().PostConfigure<IOptions<ConnectionOptions>>(
            (sockets, options) => sockets.CreateBoundListenSocket =
                endpoint => Listen(endpoint, options.Value.Unacknowledged));
    }

    private static Socket Listen(EndPoint endpoint, TimeSpan unacknowledged)
    {
        var socket = SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint);
        if (OperatingSystem.IsLinux() && socket.ProtocolType == ProtocolType.Tcp)
        {
            var milliseconds = BitConverter.GetBytes((int)unacknowledged.TotalMilliseconds);
            socket.SetRawSocketOption(TcpLevel, TcpUserTimeout, milliseconds);
        }
        return socket;
    }

    /// <summary>
    /// Asks clients to disconnect after their answer while the front is crowded, and logs the bounds. Add it first.
    /// </summary>
    public static void UseConnections(this WebApplication app, int openFiles)
    {
        var connections = app.Services.GetRequiredService<OpenConnections>();
        var bounds = app.Services.GetRequiredService<IOptions<ConnectionOptions>>().Value;
        Log.Bounds(app.Logger, openFiles, bounds.MaxConnections!.Value, bounds.MaxStreams!.Value);
        app.Use(next => http =>
        {
            if (connections.IsCrowded) http.Response.Headers[HeaderNames.Connection] = "close";
            return next(http);
        });
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "{OpenFiles} files may be open: "
            + "at most {Connections} connections of clients, of which {Streams} event streams")]
        public static partial void Bounds(ILogger log, int openFiles, int connections, int streams);
    }
}
