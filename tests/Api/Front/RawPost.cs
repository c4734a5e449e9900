using System.Net.Sockets;
using System.Text;

namespace OrleansSale.Tests.Api.Front;

/// <summary>A request written byte by byte, for what no client library would send.</summary>
internal static class RawPost
{
    /// <summary>POSTs without a body; headers are whole lines in Latin-1.</summary>
    public static Task<(int Status, string Body, string Text)> SendAsync(Uri address, string path,
        params string[] headers) =>
        SendTextAsync(address, $"POST {path} HTTP/1.1\r\nHost: {address.Authority}\r\nConnection: close\r\n"
            + string.Concat(headers.Select(header => header + "\r\n")) + "Content-Length: 0\r\n\r\n");

    /// <summary>Sends a text as it is, and reads until the connection closes or nothing more comes.</summary>
    public static async Task<(int Status, string Body, string Text)> SendTextAsync(Uri address, string request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(address.Host, address.Port);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(request));
        using var reader = new StreamReader(stream, Encoding.UTF8);
        var text = await reader.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(30));
        var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        var status = text.StartsWith("HTTP/1.1 ", StringComparison.Ordinal) ? int.Parse(text.AsSpan(9, 3), null) : 0;
        return (status, end < 0 ? "" : text[(end + 4)..], text);
    }
}
