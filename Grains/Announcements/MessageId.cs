using System.Security.Cryptography;
using System.Text;

namespace OrleansSale.Grains.Announcements;

/// <summary>
/// The id of what is sent to a channel. It is the same for every try, and nobody can guess it without the seed.
/// </summary>
public static class MessageId
{
    private const int Digits = 32;

    /// <summary>The id.</summary>
    /// <param name="seed">Random, and kept: makes the ids unlike those of any other engine.</param>
    /// <param name="name">What is sent there; of one seed, no two have the same.</param>
    public static string Of(string seed, string name)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{seed}/{name}"));
        return "msg_" + Convert.ToHexStringLower(hash)[..Digits];
    }
}
