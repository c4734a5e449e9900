using System.Text.Json.Serialization;
using OrleansSale.Api.Http;

namespace OrleansSale.Api.SignIn;

/// <summary>Writes who the caller is.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, Converters = [typeof(InstantFormat)])]
[JsonSerializable(typeof(MeBody))]
[JsonSerializable(typeof(TokenBody))]
[JsonSerializable(typeof(DevelopmentUser))]
[JsonSerializable(typeof(ChannelList))]
public sealed partial class SignInJson : JsonSerializerContext
{
    /// <summary>The context to write with.</summary>
    public static SignInJson Wire => field ??= new(WireFormat.Readable(Default.Options));
}
