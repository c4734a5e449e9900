using System.Net.Http.Headers;

namespace OrleansSale.GrainInterfaces.Webhooks;

/// <summary>Makes the requests that webhooks are sent in.</summary>
public static class WebhookRequest
{
    /// <summary>A POST of a JSON body with the three headers of the Standard Webhooks format.</summary>
    /// <param name="address">Where it goes.</param>
    /// <param name="id">The message's id: the same for every attempt.</param>
    /// <param name="body">The body, which the signature covers.</param>
    /// <param name="signature">What signs it.</param>
    /// <param name="now">The instant of this attempt.</param>
    public static HttpRequestMessage Of(
        Uri address, string id, byte[] body, WebhookSignature signature, DateTimeOffset now)
    {
        var timestamp = WebhookSignature.TimestampOf(now);
        var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Add(WebhookSignature.IdHeader, id);
        request.Headers.Add(WebhookSignature.TimestampHeader, timestamp);
        request.Headers.Add(WebhookSignature.SignatureHeader, signature.Sign(id, timestamp, body));
        return request;
    }
}
