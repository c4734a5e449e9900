namespace OrleansSale.Silo.Posts;

/// <summary>Reads what answers of channels have in common.</summary>
internal static class Answers
{
    /// <summary>How long the answer asks to be left alone; null: it does not.</summary>
    public static TimeSpan? RetryAfterOf(HttpResponseMessage response, DateTimeOffset now)
    {
        var asked = response.Headers.RetryAfter is not { } header ? null
            : header.Delta ?? (header.Date is { } until ? until - now : (TimeSpan?)null);
        return asked > TimeSpan.Zero ? asked : null;
    }

    /// <summary>Whether a request has certainly not arrived: the connection was never made.</summary>
    public static bool HasNotArrived(HttpRequestException failure) => failure.HttpRequestError
        is HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError
        or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError;
}
