using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using OrleansSale.Tests.Engine;

namespace OrleansSale.Tests.Load.Compare.Shoppers;

/// <summary>Signs tickets as the engine does when a reservation is made, with its key.</summary>
internal sealed class TicketWriter(EngineSecrets secrets)
{
    /// <summary>The first version of a reservation.</summary>
    private const int FirstVersion = 1;

    /// <summary>The ticket of a user whose name needs no escapes in JSON.</summary>
    public string Sign(string batch, string user)
    {
        var payload = Encoding.ASCII.GetBytes($$"""{"u":"{{user}}","b":"{{batch}}","v":{{FirstVersion}}}""");
        var signed = "v1." + Base64Url.EncodeToString(payload);
        return $"{signed}.{Base64Url.EncodeToString(HMACSHA256.HashData(secrets.TicketKey, Encoding.ASCII.GetBytes(signed)))}";
    }
}
