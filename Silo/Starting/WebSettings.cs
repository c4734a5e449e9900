using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Hosting;
using OrleansSale.Silo.Settings;

namespace OrleansSale.Silo.Starting;

/// <summary>The first thing that a program does with its settings, before it touches anything.</summary>
public static class WebSettings
{
    /// <summary>Checks all settings, and the addresses that the web server will listen on.</summary>
    /// <param name="builder">The program's host.</param>
    /// <param name="address">The default address to listen on.</param>
    /// <exception cref="StartException">Something is wrong; the message names the setting.</exception>
    public static void Require(WebApplicationBuilder builder, string address)
    {
        SettingsCheck.Require(builder.Configuration);
        if (ListenAddress.Read(builder.Configuration).Count == 0) builder.Configuration[ListenAddress.Urls] = address;
        var addresses = ListenAddress.Read(builder.Configuration);
        if (builder.Environment.IsDevelopment())
            DevelopmentDoor.Shut(builder.Configuration, builder.Services, addresses);
        WebCertificates.Require(builder.Configuration, builder.Environment, addresses);
        foreach (var one in addresses) one.RequireFree();
    }
}
