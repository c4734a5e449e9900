namespace OrleansSale.Api.Http.Bodies;

/// <summary>Takes the bytes of a request's body off the wire.</summary>
public static class ReceivedBody
{
    /// <summary>
    /// Reads the whole body; how many bytes there were. Null: it does not leave the last byte of the buffer free. If it
    /// announces that, it is not read at all.
    /// </summary>
    /// <exception cref="BadHttpRequestException"> The body is malformed, too long for the server, too slow or cut off.
    /// The server throws some of that as an error of input or output, which elsewhere means lost infrastructure; here
    /// it is always the client's fault. </exception>
    public static async ValueTask<int?> ReadAsync(
        HttpRequest request, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (request.ContentLength >= buffer.Length) return null;
        try
        {
            var length = await request.Body.ReadAtLeastAsync(
                buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
            return length < buffer.Length ? length : null;
        }
        catch (IOException e) when (e is not BadHttpRequestException)
        {
            throw new BadHttpRequestException("The body could not be read.", e);
        }
    }
}
