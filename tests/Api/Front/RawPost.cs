using System.Net.Sockets;
using System.Text;

namespace OrleansSale.Tests.Api.Front;

/// <summary>A request written byte by byte, for what no client library would send.</summary>
internal static class RawPost
{
    /// <summary>POSTs without a body; headers are whole lines in Latin-1.</summary>
    public static Task<(int Status, string Body, string Text)> SendAsync(
        Uri address, string path, params string[] headers) =>
        SendTextAsync(address, $"POST {path} HTTP/1.1\r\nHost: {address.Authority}\r\nConnection: close\r\n"
            + string.Concat(headers.Select(header => header + "\r\n")) + "Content-Length: 0\r\n\r\n");

    /// <summary>
    /// Sends a text as it is, and reads until the connection closes. A server that does not read all of it resets the
    /// connection; what it said before counts.
    /// </summary>
    /// <param name="address">Where to.</param>
    /// <param name="request">The text, in Latin-1.</param>
    /// <param name="rest">More of it, to be sent once the server has said something; null: that is all.</param>
    public static async Task<(int Status, string Body, string Text)> SendTextAsync(
        Uri address, string request, string? rest = null)
    {
        using var client = new TcpClient();
        using var received = new MemoryStream();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        try
        {
            await client.ConnectAsync(address.Host, address.Port, patience.Token);
            await using var stream = client.GetStream();
            await stream.WriteAsync(Encoding.Latin1.GetBytes(request), patience.Token);
            var buffer = new byte[4_096];
            int length;
            while ((length = await stream.ReadAsync(buffer, patience.Token)) > 0)
            {
                received.Write(buffer, 0, length);
                if (rest is not null) await stream.WriteAsync(Encoding.Latin1.GetBytes(rest), patience.Token);
                rest = null;
            }
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            // Reset.
        }
        var text = Encoding.UTF8.GetString(received.GetBuffer(), 0, (int)received.Length);
        var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        var status = text.StartsWith("HTTP/1.1 ", StringComparison.Ordinal) ? int.Parse(text.AsSpan(9, 3), null) : 0;
        return (status, end < 0 ? "" : text[(end + 4)..], text);
    }
}
