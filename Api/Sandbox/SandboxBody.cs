using OrleansSale.Api.Http;
using OrleansSale.Api.Payments;

namespace OrleansSale.Api.Sandbox;

/// <summary>Reads a request's JSON body within its bound.</summary>
internal static class SandboxBody
{
    /// <summary>The longest body that is read, in bytes.</summary>
    public const int MaxBytes = 64 * 1024;

    /// <summary>The body's members, or the refusal.</summary>
    public static async Task<(JsonMembers Body, IResult? Refusal)> ReadAsync(
        HttpRequest request, CancellationToken cancellationToken)
    {
        // Also what keeps other sites' pages out: a browser asks before it sends this type across sites, and is not
        // answered.
        if (!request.HasJsonContentType()) return (JsonMembers.Empty, SandboxRefusal.UnsupportedMediaType());
        var buffer = new byte[MaxBytes + 1];
        var length = await ReceivedBody.ReadAsync(request, buffer, cancellationToken);
        return length > MaxBytes
            ? (JsonMembers.Empty, SandboxRefusal.TooLarge())
            : (JsonMembers.Parse(buffer.AsMemory(0, length)), null);
    }
}
