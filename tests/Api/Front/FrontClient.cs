using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace OrleansSale.Tests.Api.Front;

/// <summary>
/// Speaks HTTP to a front over real connections; follows no redirect, keeps no cookie, judges nothing.
/// </summary>
/// <param name="address">Where the front listens.</param>
/// <param name="from">The address that connections come from; null: the usual one.</param>
internal sealed class FrontClient(Uri address, IPAddress? from = null) : IDisposable
{
    public const string KeyHeader = "Idempotency-Key";

    private readonly HttpClient _http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        MaxConnectionsPerServer = 128,
        ConnectCallback = from is null ? null : (context, gone) => ConnectAsync(from, context.DnsEndPoint, gone),
    })
    {
        BaseAddress = address,
        Timeout = TimeSpan.FromSeconds(60),
    };

    public Uri Address { get; } = address;

    /// <param name="by">The Authorization header, whole; null: none.</param>
    /// <param name="body">JSON as a node, JSON (or not) as a text, or a content with a media type of its own.</param>
    public async Task<Answer> SendAsync(
        string method, string path, string? by = null, object? body = null, string? key = null,
            params (string Name, string Value)[] headers)
    {
        using var request = Request(method, path, by, body, key, headers);
        using var response = await _http.SendAsync(request);
        return await Answer.ReadAsync(response);
    }

    /// <summary>Only the beginning of the answer: its body is still to come.</summary>
    public Task<HttpResponseMessage> OpenAsync(string path, string? by = null,
        params (string Name, string Value)[] headers) =>
        _http.SendAsync(Request("GET", path, by, null, null, headers), HttpCompletionOption.ResponseHeadersRead);

    /// <summary>Only the beginning of the answer to any method.</summary>
    public Task<HttpResponseMessage> OpenAsync(string method, string path, object? body) =>
        _http.SendAsync(Request(method, path, null, body, null, []), HttpCompletionOption.ResponseHeadersRead);

    public Task<Answer> GetAsync(string path, string? by = null) => SendAsync("GET", path, by);

    public Task<Answer> PostAsync(string path, string? by = null, object? body = null, string? key = null) =>
        SendAsync("POST", path, by, body, key);

    public Task<Answer> BuyAsync(string batch, string by, string? key = null, object? body = null) =>
        SendAsync("POST", $"/api/batches/{batch}/orders", by, body, key);

    public void Dispose() => _http.Dispose();

    private static async ValueTask<Stream> ConnectAsync(IPAddress from, DnsEndPoint to, CancellationToken gone)
    {
        var socket = new Socket(from.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.Bind(new IPEndPoint(from, 0));
            await socket.ConnectAsync(to, gone);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static HttpRequestMessage Request(
        string method, string path, string? by, object? body, string? key, (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(new HttpMethod(method), path)
        {
            Content = body switch
            {
                null => null,
                HttpContent content => content,
                JsonNode node => new StringContent(node.ToJsonString(), Encoding.UTF8, "application/json"),
                _ => new StringContent((string)body, Encoding.UTF8, "application/json"),
            },
        };
        if (by is not null) request.Headers.TryAddWithoutValidation("Authorization", by);
        if (key is not null) request.Headers.TryAddWithoutValidation(KeyHeader, key);
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        return request;
    }
}
